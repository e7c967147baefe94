"""What runs by itself: the job, a daily schedule, and a sensor for new deliveries."""

import hashlib
import logging
from collections.abc import Sequence

import dagster as dg

from pipelines.defs.home import end_dead_runs
from pipelines.landing.looks import OutOfTimeError
from pipelines.landing.mirror import changed_objects
from pipelines.landing.source import ExportError, Source
from pipelines.ledger.inputs import scan_inputs
from pipelines.settings import Settings

JOB = "build"
# Dagster gives up on a tick after 60 seconds, and then nothing of it is kept.
LOOK_SECONDS = 40.0


def automation(settings: Settings, sources: Sequence[Source]) -> dg.Definitions:
    """Give the job that does everything, and what starts it."""
    job = dg.define_asset_job(
        JOB,
        # What vendors are asked is a job of its own: a build reads what is there.
        selection=dg.AssetSelection.all() - dg.AssetSelection.groups("fetch"),
        description="Land, convert what is stale, build, check and publish.",
    )

    @dg.schedule(
        job=job,
        cron_schedule="0 6 * * *",
        description="Every morning: the months that changed, then the marts.",
    )
    def every_morning() -> dg.RunRequest:
        return dg.RunRequest()

    @dg.sensor(
        job=job,
        minimum_interval_seconds=60,
        description=(
            "Starts a build when a delivery has made a month stale, or an object store "
            "has something new."
        ),
    )
    def new_deliveries(
        context: dg.SensorEvaluationContext,
    ) -> dg.RunRequest | dg.SkipReason:
        try:
            return _request(settings, sources, context.log)
        except ExportError as error:
            return dg.SkipReason(str(error))

    @dg.sensor(
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=(
            "Ends runs whose process was killed, so that no other run waits for them; "
            "it starts nothing."
        ),
    )
    def killed_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        ended = ", ".join(end_dead_runs(settings, context.instance))
        return dg.SkipReason(f"ended {ended}" if ended else "every run lives")

    return dg.Definitions(
        jobs=[job], schedules=[every_morning], sensors=[new_deliveries, killed_runs]
    )


def _request(
    settings: Settings, sources: Sequence[Source], log: logging.Logger
) -> dg.RunRequest | dg.SkipReason:
    """Ask for the months that are stale, or say that none is, or how far it came."""
    # Only listed here: the build reads objects, and then knows their months.
    if stored := changed_objects(settings):
        return dg.RunRequest(run_key=key_of(stored))
    try:
        inputs = scan_inputs(settings, sources, seconds=LOOK_SECONDS)
    except OutOfTimeError as error:
        return dg.SkipReason(f"{error}; the next tick goes on")
    inputs.require_complete()
    if not inputs.stale:
        return dg.SkipReason("the ledger holds everything that was delivered")
    what = sorted(f"{s.source.name} {s.period}" for s in inputs.stale)
    ids = sorted(d.delivery_id for s in inputs.stale for d in s.deliveries)
    log.info("stale: %s", ", ".join(what))
    return dg.RunRequest(run_key=key_of(what + ids))


def key_of(what: list[str]) -> str:
    """Make the key by which Dagster knows that a build was asked for already."""
    return hashlib.sha256("\n".join(what).encode()).hexdigest()
