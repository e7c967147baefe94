"""Dagster's own folder in the home, and one build at a time: what a build runs in.

Belongs here: settings and databases of Dagster, the lock, runs that were killed. Does
not belong here: what a run does (``run``).
"""

import contextlib
import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from pipelines.landing.source import ExportError
from pipelines.settings import SHIPPED_DIR, Settings

STARTED_HERE = {"unitmill/started_by": "unitmill build"}


def prepare_dagster_home(settings: Settings) -> Path:
    """Put the instance's settings into Dagster's folder, and point Dagster there."""
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(
        SHIPPED_DIR / "dagster.yaml", settings.dagster_home / "dagster.yaml"
    )
    os.environ["DAGSTER_HOME"] = str(settings.dagster_home)
    return settings.dagster_home


@contextlib.contextmanager
def build_lock(settings: Settings) -> Iterator[None]:
    """Hold the lock of builds; the system lets go of it when this process dies.

    Raises:
        ExportError: another build has it.
    """
    settings.home_dir.mkdir(parents=True, exist_ok=True)
    with (settings.home_dir / "build.lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ExportError(
                f"another build works in {settings.home_dir}; wait until it has ended"
            ) from None
        yield


@contextlib.contextmanager
def kept_open(settings: Settings, run_id: str) -> Iterator[None]:
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


def end_killed_builds(instance: dg.DagsterInstance) -> None:
    """Give back the places in pools that killed builds hold, or this one waits forever.

    Whoever holds the lock knows that no other build lives.
    """
    unfinished = dg.RunsFilter(
        statuses=[dg.DagsterRunStatus.STARTED], tags=STARTED_HERE
    )
    for run in instance.get_runs(filters=unfinished):
        instance.report_run_failed(run, "The process of this build was killed.")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
