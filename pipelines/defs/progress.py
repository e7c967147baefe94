"""Progress of a build on the terminal: which phase, how many of how many, how long.

Belongs here: turning the events of Dagster and dbt into lines. Does not belong here:
what a phase does. A phase is one line when it ends; on a terminal the one that runs has
a line of its own, kept up to date.
"""

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator

import dagster as dg
from rich.console import Console
from rich.live import Live
from rich.text import Text

from pipelines.transform.runner import Result

LOGGER = "unitmill.progress"
CONVERTING = "converting"
# The first part of a step's name; each other step makes the ledger and what is beside.
PHASES = {
    "landing": "landing",
    "models": "models",
    "great_expectations": "quality checks",
    "publish": "publishing",
}
# Tables of the ledger have names that sources of lists have, too.
BESIDE = ("ledger", "reference")
# Two a second: a line that moves, and no work worth naming.
REFRESHES = 2
MINUTE = 60


class Progress(logging.Handler):
    """Says what a build has done, as its events come in."""

    def __init__(
        self,
        console: Console,
        sources: Collection[str] = (),
        of_run: Callable[[str], object] = lambda _: None,
    ) -> None:
        """Write to this console.

        Args:
            console: the terminal, or a pipe.
            sources: those that something was delivered of; the others are not counted.
            of_run: told the id of the run that events are of.
        """
        super().__init__()
        self._of_run = of_run
        self._console = console
        self._sources = frozenset(sources)
        self._phase = ""
        self._done, self._total = 0, 0
        self._began = time.monotonic()
        # What a build prints goes to its log, so nothing is to be redirected here.
        self._live = Live(
            console=console,
            get_renderable=self._line,
            refresh_per_second=REFRESHES,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def emit(self, record: logging.LogRecord) -> None:
        """Take an event: a step began, ended or failed, or dbt made another model."""
        models = getattr(record, "models", None)
        if models is not None:
            self._done, self._total = models
            return
        if run_id := getattr(record, "dagster_meta", {}).get("run_id"):
            self._of_run(str(run_id))
        event = getattr(record, "dagster_event", None)
        step = str(getattr(event, "step_key", "") or "").replace("__", "/")
        kind = str(getattr(event, "event_type_value", ""))
        if kind == "STEP_START":
            self.begin(PHASES.get(step.partition("/")[0], CONVERTING))
        elif kind == "STEP_SUCCESS":
            table, _, source = step.partition("/")
            self._done += table not in BESIDE and source in self._sources
        elif kind in {"STEP_FAILURE", "STEP_UP_FOR_RETRY"}:
            again = ", is tried again" if kind == "STEP_UP_FOR_RETRY" else ""
            said = Text.assemble(("  ✗", "red"), f" {step}{again}")
            self._console.print(said)

    def begin(self, phase: str) -> None:
        """End the phase that ran, and begin this one, unless it is the same."""
        if phase == self._phase:
            return
        self._end()
        self._phase, self._began = phase, time.monotonic()
        self._done = 0
        self._total = len(self._sources) if phase == CONVERTING else 0
        if self._console.is_terminal:
            self._live.start()

    def close(self) -> None:
        """End the last phase and give the terminal back."""
        self._end()
        self._live.stop()
        super().close()

    def _end(self) -> None:
        if self._phase:
            line, self._phase = self._line(), ""
            self._console.print(line)

    def _line(self) -> Text:
        if not self._phase:
            return Text()
        noun = "sources" if self._phase == CONVERTING else "models"
        count = f"{self._done} of {self._total} {noun}" if self._total else ""
        took = _duration(time.monotonic() - self._began)
        return Text(f"  {self._phase:<16}{count:<22}{took:>8}")


def progress_logger(progress: Progress) -> dg.LoggerDefinition:
    """Give a Dagster logger that hands a run's events to its progress."""

    def listening(context: dg.InitLoggerContext) -> logging.Logger:
        del context
        logger = logging.getLogger(LOGGER)
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
        logger.handlers = [progress]
        return logger

    return dg.LoggerDefinition(listening, description="One line per phase.")


def heard(results: Iterable[Result], total: int) -> Iterator[Result]:
    """Pass results of models and tests on, and tell the progress, if any, of each."""
    logger, done = logging.getLogger(LOGGER), 0
    for result in results:
        if result.node.kind != "test":
            done += 1
            logger.debug("%s of %s", done, total, extra={"models": (done, total)})
        yield result


def _duration(seconds: float) -> str:
    if seconds < MINUTE:
        return f"{seconds:.1f} s"
    return f"{int(seconds // MINUTE)} min {int(seconds % MINUTE):02} s"
