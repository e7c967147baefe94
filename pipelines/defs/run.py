"""One build, run in this process through the same definitions that the UI shows."""

import contextlib
import fcntl
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import dagster as dg
from rich.console import Console

from pipelines.defs import build_definitions
from pipelines.defs.automation import JOB, partition_range
from pipelines.defs.progress import progress_logger
from pipelines.landing.deliveries import scan
from pipelines.landing.source import ExportError
from pipelines.ledger.stale import stale_partitions
from pipelines.publishing.audit import inputs_fingerprint
from pipelines.publishing.versions import current
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.sources.registry import all_sources

STARTED_HERE = {"unitmill/started_by": "unitmill build"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a build ended."""

    published: bool
    reasons: tuple[str, ...] = ()


def build(settings: Settings, console: Console) -> Outcome:
    """Bring the published version up to the exports folder, unless it is.

    Raises:
        ExportError: the exports folder is missing or has lost what is still needed, or
            an object store cannot be read.
    """
    sources = all_sources(settings)
    landing = scan(settings, sources)
    stale = stale_partitions(settings.ledger_dir, landing, sources)
    blocked = bool(landing.refusals) and settings.landing.unrecognized == "block"
    if not stale and not blocked and _is_published(settings):
        console.print("Nothing new: the published version is up to date.")
        return Outcome(published=True)
    places = ", ".join([str(settings.exports_dir), *settings.landing.stores])
    periods = [period for d in landing.deliveries for period in d.periods]
    if not periods:
        refused = "".join(
            f"\n{', '.join(r.names)}: {r.reason}" for r in landing.refusals
        )
        raise ExportError(f"nothing to read in {places}{refused}")
    periods += [item.period for item in stale]
    console.print(
        f"Building from {places}: {len(landing.deliveries)} deliveries, "
        f"{len(stale)} partitions to convert",
        soft_wrap=True,
    )
    return _run(settings, min(periods), max(periods), console)


def _is_published(settings: Settings) -> bool:
    version = current(settings)
    return version is not None and version.manifest["inputs"] == inputs_fingerprint(
        settings
    )


def prepare_dagster_home(settings: Settings) -> Path:
    """Put the instance's settings into Dagster's folder, and point Dagster there."""
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(
        PROJECT_DIR / "dagster.yaml", settings.dagster_home / "dagster.yaml"
    )
    os.environ["DAGSTER_HOME"] = str(settings.dagster_home)
    return settings.dagster_home


def _run(settings: Settings, first: str, last: str, console: Console) -> Outcome:
    # Exports may be older than the first month that the owner wants to see in Dagster.
    first_period = min(settings.first_period, first)
    settings = settings.model_copy(update={"first_period": first_period})
    prepare_dagster_home(settings)
    definitions = dg.Definitions.merge(
        build_definitions(settings),
        dg.Definitions(loggers={"progress": progress_logger(console)}),
    )
    log = settings.home_dir / "build.log"
    run_id = str(uuid4())
    with (
        _alone(settings),
        _kept_open(settings, run_id),
        dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance,
        log.open("w", encoding="utf-8") as out,
        contextlib.redirect_stdout(out),
    ):
        _end_killed_builds(instance)
        result = definitions.resolve_job_def(JOB).execute_in_process(
            instance=instance,
            run_id=run_id,
            raise_on_error=False,
            tags=partition_range(settings, first, last) | STARTED_HERE,
            run_config={"loggers": {"progress": {}}},
        )
    if result.success:
        return Outcome(published=True)
    return Outcome(published=False, reasons=(*_reasons(result), f"log: {log}"))


@contextlib.contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Hold the lock of builds; the system lets go of it when this process dies."""
    with (settings.home_dir / "build.lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ExportError(
                f"another build works in {settings.home_dir}; wait until it has ended"
            ) from None
        yield


@contextlib.contextmanager
def _kept_open(settings: Settings, run_id: str) -> Iterator[None]:
    """Hold Dagster's databases open while it opens and closes them for each event.

    SQLite tidies up whenever the last one closes: for the 1,500 events of the sample
    company that was 11 s of 105.
    """
    history = settings.dagster_home / "history"
    (history / "runs").mkdir(parents=True, exist_ok=True)
    names = ("runs.db", "runs/index.db", f"runs/{run_id}.db")
    with contextlib.ExitStack() as held:
        for name in names:
            db = held.enter_context(contextlib.closing(sqlite3.connect(history / name)))
            db.execute("select count(*) from sqlite_master").fetchone()
        yield


def _end_killed_builds(instance: dg.DagsterInstance) -> None:
    """Give back the places in pools that killed builds hold, or this one waits forever.

    Whoever holds the lock knows that no other build lives.
    """
    unfinished = dg.RunsFilter(
        statuses=[dg.DagsterRunStatus.STARTED], tags=STARTED_HERE
    )
    for run in instance.get_runs(filters=unfinished):
        instance.report_run_failed(run, "The process of this build was killed.")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)


def _reasons(result: dg.ExecuteInProcessResult) -> list[str]:
    """Say what went wrong: checks that failed, then steps that broke."""
    found = []
    for check in result.get_asset_check_evaluations():
        if not check.passed and check.severity == dg.AssetCheckSeverity.ERROR:
            name = f"{check.asset_key.to_user_string()}: {check.check_name}"
            told = [v.value for k, v in check.metadata.items() if k in _TELLING]
            rows = [line for text in told for line in _rows_of(str(text))]
            found.append("\n".join(["check failed: " + name, *rows]))
    for event in result.all_events:
        if event.is_step_failure and event.step_failure_data.error:
            error = event.step_failure_data.error
            cause = error.cause or error
            if "AssetCheckFailed" not in str(cause.cls_name or error.cls_name):
                said = _CLASS.sub("", cause.message.strip())
                step = str(event.step_key).replace("__", "/")
                found.append(f"{step}: {said}")
    return found


def _rows_of(text: str) -> Iterator[str]:
    """Turn a Markdown table into a line per row that a terminal can show."""
    names: list[str] = []
    for line in text.splitlines():
        if not line.startswith("|"):
            yield line
            continue
        cells = [cell.strip() for cell in line.strip("| ").split(" | ")]
        if not names:
            names = cells
        elif set(line) - set("|- "):
            pairs = zip(names, cells, strict=False)
            yield "  " + ", ".join(f"{k} {v}" for k, v in pairs if v)


_TELLING = {"failing rows", "refused", "expectations"}
_CLASS = re.compile(r"^[\w.]+(Error|Failure|Exception): ")
