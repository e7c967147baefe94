"""The home folder, which one run at a time has for itself.

Belongs here: the resource that runs hold, whether a run makes everything, runs whose
process died. Does not belong here: the lock itself (``publishing.lock``), Dagster's
own folder (``instance``).
"""

import logging
import time
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

import dagster as dg
from sqlalchemy.exc import OperationalError

from pipelines.defs.history import FINISHED, trim_history
from pipelines.files import remove_abandoned
from pipelines.publishing.lock import forget_dead, held, lives, living
from pipelines.settings import Settings

# What everything that writes in the home requires, and the pool that it is in: a run
# waits in Dagster's queue for another, and at the lock for `unitmill build`.
HOME: Final = {"home"}
POOL: Final = "home"
TO_PUBLISH: Final = "to publish, materialize all assets or launch the job build"
PART: Final = f"this run makes a part of the pipeline; {TO_PUBLISH}"
# How long a run may be without a sign of life: its process loads Unitmill first.
PATIENCE_SECONDS: Final = {
    dg.DagsterRunStatus.STARTING: 300,
    dg.DagsterRunStatus.STARTED: 60,
    dg.DagsterRunStatus.CANCELING: 60,
}
KILLED: Final = "the process of this run was killed"


@dataclass(frozen=True, slots=True)
class Home:
    """What a run is told that holds the home.

    Attributes:
        note: that it makes a part of the pipeline only; else ``""``.
    """

    note: str = ""


def home_resource(
    settings: Settings, assets: AbstractSet[dg.AssetKey]
) -> dg.ResourceDefinition:
    """Give the resource `home`, which a run holds until its end.

    Args:
        settings: whose home.
        assets: what a run of everything makes.
    """

    @dg.resource(description="The home folder, for one run at a time.")
    def home(context: dg.InitResourceContext) -> Iterator[Home]:
        run = context.run
        assert run is not None
        log = context.log or logging.getLogger(__name__)
        with (
            living(settings, run.run_id),
            held(settings, f"run {run.run_id}", log.info),
        ):
            if context.instance:
                _require_unfinished(context.instance, run)
                end_dead_runs(settings, context.instance)
            remove_abandoned(settings.home_dir / "tmp")
            note = "" if makes(run, assets) else PART
            if note:
                log.info(note)
            yield Home(note)
            if context.instance:
                _trim(settings, context.instance, log)

    return home


def _require_unfinished(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """Stop a run that was ended from outside while it waited."""
    now = instance.get_run_by_id(run.run_id)
    if now and now.status in FINISHED:
        raise dg.Failure(f"this run was ended while it waited: {now.status.value}")


def makes(run: dg.DagsterRun, assets: AbstractSet[dg.AssetKey]) -> bool:
    """Return whether a run makes all of these; one of everything selects nothing."""
    if run.asset_selection:
        return run.asset_selection >= assets
    return not run.asset_check_selection


def _trim(
    settings: Settings, instance: dg.DagsterInstance, log: logging.Logger
) -> None:
    """Trim the history, unless somebody who reads it just now is in the way."""
    try:
        trim_history(settings, instance)
    except OperationalError as error:
        log.info("the next run trims Dagster's history, because of: %s", error.orig)


def end_dead_runs(settings: Settings, instance: dg.DagsterInstance) -> list[str]:
    """End runs whose process is gone, of which Dagster believes that they work."""
    ended = []
    unfinished = dg.RunsFilter(statuses=[*PATIENCE_SECONDS])
    for record in instance.get_run_records(unfinished):
        run = record.dagster_run
        living_still = lives(settings, run.run_id)
        if living_still is None:
            age = time.time() - record.update_timestamp.timestamp()
            living_still = age < PATIENCE_SECONDS[run.status]
        if living_still:
            continue
        if run.status == dg.DagsterRunStatus.CANCELING:
            instance.report_run_canceled(run, KILLED)
        else:
            instance.report_run_failed(run, KILLED)
        ended.append(run.run_id)
    forget_dead(settings)
    return ended
