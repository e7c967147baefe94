"""Log lines for programs that collect them: one JSON object a line.

Belongs here: what a line has. Does not belong here: what is worth a line.
"""

import json
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.settings import Settings


def line(
    level: str,
    event: str,
    message: str,
    *,
    home: Path,
    run: str = "",
    **more: object,
) -> str:
    """Write one line, without its end.

    Args:
        level: info, warning or error.
        event: a word by which programs tell lines apart.
        message: a sentence for people.
        home: whose log it is.
        run: the id of Dagster's run; "" outside of one.
        more: further fields.
    """
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    fields = {
        "time": now,
        "level": level,
        "event": event,
        "home": str(home),
        "run": run or None,
        "message": message,
        **more,
    }
    return json.dumps(fields, ensure_ascii=False, default=str)


class JsonFormatter(logging.Formatter):
    """Writes the records of Python's logging as such lines."""

    def __init__(self, home: str, event: str) -> None:
        """Write lines of this home and event."""
        super().__init__()
        self._home, self._event = Path(home), event

    def format(self, record: logging.LogRecord) -> str:
        """Write a record as one line; a traceback is a field of it."""
        more: dict[str, Any] = {"logger": record.name}
        if record.exc_info:
            more["traceback"] = self.formatException(record.exc_info)
        level = record.levelname.lower()
        message = record.getMessage()
        return line(level, self._event, message, home=self._home, **more)


def server_config(settings: Settings) -> dict[str, Any]:
    """Give a configuration of logging for a web server: JSON on standard output."""
    formatter = {
        "()": "pipelines.serving.logs.JsonFormatter",
        "home": str(settings.home_dir),
        "event": "request",
    }
    server = formatter | {"event": "server"}
    names = {"uvicorn.access": "request", "uvicorn.error": "server"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"request": formatter, "server": server},
        "handlers": {
            name: {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "formatter": name,
            }
            for name in ("request", "server")
        },
        "loggers": {
            name: {"handlers": [handler], "level": "INFO", "propagate": False}
            for name, handler in names.items()
        },
    }
