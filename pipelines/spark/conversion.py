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
from pipelines.landing.source import ExportError, Source, TransientError
from pipelines.ledger.content import discard
from pipelines.ledger.conversion import Wanted, Write, here
from pipelines.ledger.partitions import inputs_of, put_parts
from pipelines.ledger.parts import Written, write_part
from pipelines.ledger.planning import Part, planned
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
    """A part to be converted, of which of the wanted partitions."""

    wanted: int
    source: str
    period: str
    part: Part
    inputs: str
    place: Path


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
    for part in planned(settings, source, deliveries, wanted.period):
        yield _Task(number, source.name, wanted.period, part, inputs, wanted.place)


def _placed(
    settings: Settings, wanted: Wanted, reports: Iterable[Mapping[str, Any]]
) -> ExportError | None:
    """Make the parts of the reports the partition, if nothing speaks against it."""
    written = []
    for report in reports:
        if said := report.get("error"):
            if report["is_transient"]:
                raise TransientError(said)
            return ExportError(said)
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
        # No delivery is to blame: a part was lost between the machines.
        raise TransientError(str(error)) from error
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


def _values(settings: Settings) -> dict[str, Any]:
    """Give the settings that a conversion reads, with paths that hold anywhere.

    Secrets are none of them: their variables are those of the executors.
    """
    values = settings.model_dump(mode="json", exclude=_NOT_SENT)
    values |= {"exports": str(settings.exports_dir), "home": str(settings.home_dir)}
    values["plans"]["folder"] = str(settings.plans_dir)
    # A task has one core.
    return values | {"threads": 1}


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


def _report(values: dict[str, Any], attempt: str, task: _Task) -> dict[str, Any]:
    """Convert a part; say what was written, or what speaks against it."""
    path = task.place / f"{attempt}.{secrets.token_hex(8)}{UNFINISHED}"
    try:
        settings = _settings(json.dumps(values))
        source = _source(settings, task)
        written = write_part(
            settings, source, task.part, task.period, task.inputs, path
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


def _source(settings: Settings, task: _Task) -> Source:
    """Give the source of a task, which has to be the one that the driver has.

    Raises:
        TransientError: this machine would make other rows.
    """
    found = next((s for s in all_sources(settings) if s.name == task.source), None)
    key_id = Privacy.of(settings).key_id
    inputs = inputs_of(found, task.part.deliveries, key_id) if found else "nothing"
    if found is None or inputs != task.inputs:
        raise TransientError(
            f"{task.source} {task.period}: an executor of the Spark would make it of "
            f"{inputs.partition(':')[0]}, this machine of "
            f"{task.inputs.partition(':')[0]}; expected the same Unitmill, plans and "
            "key of persons on both"
        )
    return found
