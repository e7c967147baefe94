"""What a command says as one JSON object a line, where the owner chose that.

Belongs here: turning what is printed into lines of a log. Does not belong here: what a
line has (``serving.logs``). A command that answers a question is never changed.
"""

import io
import sys
from typing import TextIO, cast

from rich.console import Console

from pipelines.cli.calling import console, errors
from pipelines.serving.logs import line
from pipelines.settings import Settings

# A line of a log is not broken where a terminal would end.
WIDTH = 10_000


def begin(settings: Settings, event: str, *, libraries: bool = False) -> bool:
    """From now on print lines of JSON, if the owner chose so.

    Args:
        settings: with the choice, and the home that lines name.
        event: what lines on standard output are of; those on standard error are
            ``refused``, and each of both is a sentence.
        libraries: whether what libraries print becomes lines, too; not where they are
            told a format of their own, or another program takes this one's place.

    Returns:
        Whether lines are JSON; what is only for people is then left out.
    """
    if settings.log_format != "json":
        return False
    out, err = sys.stdout, sys.stderr
    _turn(console, _Lines(settings, out, "info", event))
    _turn(errors, _Lines(settings, err, "error", "refused"))
    if libraries:
        # They print, too: dbt a traceback, where a sentence of ours follows.
        sys.stdout = cast("TextIO", _Lines(settings, out, "info", "library"))
        sys.stderr = cast("TextIO", _Lines(settings, err, "warning", "library"))
    return True


def of_run(run_id: str) -> None:
    """Name the run in the lines that follow."""
    for each in (console, errors):
        if isinstance(each.file, _Lines):
            each.file.run = run_id


def _turn(target: Console, lines: "_Lines") -> None:
    target.file = cast("TextIO", lines)
    target.width = WIDTH
    target.no_color = True


class _Lines(io.TextIOBase):
    """A stream whose every line is one JSON object on another stream."""

    def __init__(self, settings: Settings, out: TextIO, level: str, event: str) -> None:
        self._home, self._out = settings.home_dir, out
        self._level, self._event = level, event
        self._part = ""
        self.run = ""

    def write(self, text: str) -> int:
        *lines, self._part = (self._part + text).split("\n")
        for one in filter(str.strip, lines):
            message = " ".join(one.split()).removeprefix("✗ ")
            message = message.removeprefix("unitmill: ")
            self._out.write(
                line(self._level, self._event, message, home=self._home, run=self.run)
                + "\n"
            )
        self._out.flush()
        return len(text)

    def flush(self) -> None:
        self._out.flush()

    def isatty(self) -> bool:
        return False
