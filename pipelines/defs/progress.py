"""Progress of a Dagster run on the terminal: one line per step."""

import logging

import dagster as dg
from rich.console import Console


class Progress(logging.Handler):
    """Prints which step of a Dagster run begins, fails or is tried again."""

    def __init__(self, console: Console) -> None:
        """Write to this console."""
        super().__init__()
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        """Print one line for a step that begins or goes wrong; keep quiet otherwise."""
        event = getattr(record, "dagster_event", None)
        step = str(getattr(event, "step_key", "") or "").replace("__", "/")
        kind = str(getattr(event, "event_type_value", ""))
        if kind == "STEP_START":
            self._console.print(f"  [dim]·[/] {step}")
        elif kind in {"STEP_FAILURE", "STEP_UP_FOR_RETRY"}:
            self._console.print(f"  [red]✗[/] {step}")


def progress_logger(console: Console) -> dg.LoggerDefinition:
    """Give a Dagster logger that shows progress on a console."""

    def progress(context: dg.InitLoggerContext) -> logging.Logger:
        del context
        logger = logging.getLogger("unitmill.progress")
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
        logger.handlers.clear()
        logger.addHandler(Progress(console))
        return logger

    return dg.LoggerDefinition(progress, description="One line per step.")
