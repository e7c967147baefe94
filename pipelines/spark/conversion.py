"""Conversions as tasks of a Spark: a task is a part of a month.

A task runs the converter that a conversion here runs, in a DuckDB of its own, and
writes its part to a place that no other attempt has. Only what the attempt reports that
Spark counts becomes a part of the partition; so a task that was tried again, a second
attempt beside a slow one and a machine that went leave nothing and count nothing twice.
The executors see the exports and the home below the same paths, and have the same
Unitmill. Belongs here: handing parts out, and what becomes of their reports. Does not
belong here: how a part is converted (``ledger.parts``), and which month is stale.
"""

import json
import pickle
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.files import UNFINISHED, put_on_disk, sha256_of
from pipelines.landing.privacy import Privacy
from pipelines.landing.source import (
    Delivery,
    ExportError,
    FileRange,
    Source,
    TransientError,
)
from pipelines.ledger.content import discard
from pipelines.ledger.conversion import Wanted, Write, here
from pipelines.ledger.partitions import inputs_of, put_parts
from pipelines.ledger.parts import Written, write_part
from pipelines.ledger.planning import Part, planned, rows_here
from pipelines.settings import Settings
from pipelines.sources.registry import all_sources
from pipelines.spark.session import first_line, session

if TYPE_CHECKING:
    import pyarrow as pa

# Settings that no conversion reads; addresses of other systems stay where they are.
_NOT_SENT = {"alerts", "dagster", "engine", "publishing"}
_REPORT = "report string"


@dataclass(frozen=True, slots=True)
class _Task:
    """A part to be converted, or whose files' rows are to be counted.

    Attributes:
        source: the name of its source.
        period: the month.
        part: which files.
        inputs: what the partition is made of.
        place: of the partition; None where rows are only counted.
        wanted: of which of the wanted partitions it is.
    """

    source: str
    period: str
    part: Part
    inputs: str
    place: Path | None = None
    wanted: int = 0


def writer(settings: Settings) -> Write:
    """Give what writes partitions: this process, or the Spark of the settings."""
    return on_spark if settings.engine.kind == "spark" else here


def on_spark(
    settings: Settings, wanted: Sequence[Wanted]
) -> Iterator[ExportError | None]:
    """Write partitions as tasks of one job; give for each what stops it, or None.

    Raises:
        TransientError: the Spark, the disk or the network failed.
    """
    tasks: list[_Task] = []
    stopped: dict[int, ExportError] = {}
    for number, one in enumerate(wanted):
        try:
            tasks += _tasks(settings, number, one)
        except TransientError:
            raise
        except ExportError as error:
            stopped[number] = error
    attempt = secrets.token_hex(8)
    try:
        reports = _reports(settings, tasks, attempt) if tasks else []
        for number, one in enumerate(wanted):
            of_it = [task.wanted == number for task in tasks]
            said = [r for r, is_of_it in zip(reports, of_it, strict=True) if is_of_it]
            yield stopped.get(number) or _placed(settings, one, said)
    finally:
        for one in wanted:
            discard(one.place, one.place.glob(f"{attempt}.*{UNFINISHED}"))


def _tasks(settings: Settings, number: int, wanted: Wanted) -> Iterator[_Task]:
    """Give a task for each part of a partition."""
    source, deliveries = wanted.source, wanted.deliveries
    inputs = inputs_of(source, deliveries, Privacy.of(settings).key_id)
    wanted.place.mkdir(parents=True, exist_ok=True)
    period = wanted.period
    for part in planned(settings, source, deliveries, period, rows_on_spark):
        yield _Task(source.name, period, part, inputs, wanted.place, number)


def rows_on_spark(
    settings: Settings, source: Source, deliveries: Sequence[Delivery], period: str
) -> list[list[int]] | None:
    """Count the rows of each file as tasks (``planning.Rows``)."""
    key_id = Privacy.of(settings).key_id
    tasks = []
    for delivery in deliveries:
        inputs = inputs_of(source, [delivery], key_id)
        for place in delivery.places:
            alone = replace(delivery, range=FileRange(place, place + 1))
            tasks.append(_Task(source.name, period, Part((alone,)), inputs))
    said = iter(_reports(settings, tasks, ""))
    found: list[list[int]] = []
    for delivery in deliveries:
        found.append([])
        for _ in delivery.places:
            report = next(said)
            if error := _error(report):
                raise error
            if report["rows"] is None:
                return None
            found[-1].append(report["rows"])
    return found


def _error(report: Mapping[str, Any]) -> ExportError | None:
    """Give what a task said to speak against its part."""
    if said := report.get("error"):
        return (TransientError if report["is_transient"] else ExportError)(said)
    return None


def _placed(
    settings: Settings, wanted: Wanted, reports: Iterable[Mapping[str, Any]]
) -> ExportError | None:
    """Make the parts of the reports the partition, if nothing speaks against it."""
    written = []
    for report in reports:
        if error := _error(report):
            if isinstance(error, TransientError):
                raise error
            return error
        numbers = {name: (one[0], one[1]) for name, one in report["numbers"].items()}
        found = {**report, "path": Path(report["path"]), "numbers": numbers}
        written.append(Written(**found))
    key_id = Privacy.of(settings).key_id
    inputs = inputs_of(wanted.source, wanted.deliveries, key_id)
    try:
        put_parts(wanted.place, inputs, written)
    except TransientError:
        raise
    except ExportError as error:
        return error
    return None


def _reports(
    settings: Settings, tasks: Sequence[_Task], attempt: str
) -> list[dict[str, Any]]:
    """Run the tasks; give what each says in the end, in their order.

    Raises:
        TransientError: the job failed, or a task is not spoken of once.
    """
    sent = pickle.dumps((_values(settings), attempt, tuple(tasks)))
    spark = session(settings)
    try:
        # As many partitions as rows, so that each is a task.
        rows = spark.range(0, len(tasks), 1, len(tasks))
        made = rows.mapInArrow(partial(_run, sent), _REPORT).collect()
    except Exception as error:  # of gRPC, of Java, of Python: whatever stops it
        raise TransientError(
            f"the Spark at {settings.engine.remote} did not convert: "
            f"{first_line(error)}; build again when it answers"
        ) from error
    found: dict[int, dict[str, Any]] = {}
    for (text,) in made:
        report = json.loads(text)
        found[report.pop("task")] = report
    if len(made) != len(tasks) or found.keys() != set(range(len(tasks))):
        raise TransientError(
            f"the Spark at {settings.engine.remote} told of {len(made)} parts of "
            f"{len(tasks)}; expected each part once, so build again"
        )
    return [found[number] for number in range(len(tasks))]


def _values(settings: Settings) -> str:
    """Give the settings that a conversion reads, with paths that hold anywhere.

    Secrets are none of them: their variables are those of the executors.
    """
    values = settings.model_dump(mode="json", exclude=_NOT_SENT)
    values |= {"exports": str(settings.exports_dir), "home": str(settings.home_dir)}
    values["plans"]["folder"] = str(settings.plans_dir)
    # A task has one core.
    return json.dumps(values | {"threads": 1})


def _run(
    sent: bytes, batches: Iterable["pa.RecordBatch"]
) -> Iterator["pa.RecordBatch"]:
    """Convert the parts of a partition of Spark's, which is one; in an executor."""
    import pyarrow as pa  # noqa: PLC0415 - of the executor

    values, attempt, tasks = pickle.loads(sent)  # noqa: S301 - the driver's own
    for batch in batches:
        for number in batch.column(0).to_pylist():
            report = _report(values, attempt, tasks[number])
            text = json.dumps({"task": number} | report)
            yield pa.RecordBatch.from_pydict({"report": [text]})


def _report(values: str, attempt: str, task: _Task) -> dict[str, Any]:
    """Convert a part; say what was written, or what speaks against it."""
    folder = task.place or Path()
    path = folder / f"{attempt}.{secrets.token_hex(8)}{UNFINISHED}"
    try:
        source = _source(values, task)
        if task.place is None:
            files = task.part.deliveries
            rows = rows_here(_settings(values), source, files, task.period)
            return {"rows": rows and rows[0][0]}
        written = write_part(
            _settings(values), source, task.part, task.period, task.inputs, path
        )
        put_on_disk(path)
        written = replace(written, sha256=sha256_of(path))
    except ExportError as error:
        path.unlink(missing_ok=True)
        return {
            "error": str(error),
            "is_transient": isinstance(error, TransientError),
        }
    return {
        "path": str(written.path),
        "number": written.number,
        "count": written.count,
        "row_count": written.row_count,
        "numbers": dict(written.numbers),
        "sha256": written.sha256,
    }


@cache
def _settings(values: str) -> Settings:
    return Settings(**json.loads(values))


@cache
def _sources(values: str) -> Mapping[str, Source]:
    return {source.name: source for source in all_sources(_settings(values))}


def _source(values: str, task: _Task) -> Source:
    """Give the source of a task, which has to be the one that the driver has.

    Raises:
        TransientError: this machine would make other rows.
    """
    made = ""
    key_id = Privacy.of(_settings(values)).key_id
    for _ in range(2):
        found = _sources(values).get(task.source)
        made = inputs_of(found, task.part.deliveries, key_id) if found else "nothing"
        if found and made == task.inputs:
            return found
        # Plans may have been edited since the last task.
        _sources.cache_clear()
    raise TransientError(
        f"{task.source} {task.period}: an executor of the Spark would make it of "
        f"{made.partition(':')[0]}, this machine of {task.inputs.partition(':')[0]}; "
        "expected the same Unitmill, plans and key of persons on both"
    )
