"""What runs by itself: the job, a daily schedule, and a sensor for new deliveries."""

import hashlib
import logging
from collections.abc import Sequence

import dagster as dg

from pipelines.defs.partitions import months
from pipelines.landing.mirror import changed_objects
from pipelines.landing.source import ExportError, Source
from pipelines.ledger.inputs import scan_inputs
from pipelines.settings import Settings

JOB = "build"
RANGE_START = "dagster/asset_partition_range_start"
RANGE_END = "dagster/asset_partition_range_end"


def automation(settings: Settings, sources: Sequence[Source]) -> dg.Definitions:
    """Give the job that does everything, and what starts it."""
    job = dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.all(),
        description="Land, convert, build, check and publish, for a range of months.",
    )

    @dg.schedule(
        job=job,
        cron_schedule="0 6 * * *",
        description="Every morning: all months that changed, then the marts.",
    )
    def every_morning() -> dg.RunRequest:
        return dg.RunRequest(tags=partition_range(settings))

    @dg.sensor(
        job=job,
        minimum_interval_seconds=60,
        description=(
            "Starts a build for the months that a new delivery makes stale, and for "
            "all of them when an object store has something new."
        ),
    )
    def new_deliveries(
        context: dg.SensorEvaluationContext,
    ) -> dg.RunRequest | dg.SkipReason:
        try:
            return _request(settings, sources, context.log)
        except ExportError as error:
            return dg.SkipReason(str(error))

    return dg.Definitions(
        jobs=[job], schedules=[every_morning], sensors=[new_deliveries]
    )


def _request(
    settings: Settings, sources: Sequence[Source], log: logging.Logger
) -> dg.RunRequest | dg.SkipReason:
    """Ask for the months that are stale, or say that none is."""
    # Only listed here: the build reads objects, and then knows their months.
    if stored := changed_objects(settings):
        return dg.RunRequest(run_key=key_of(stored), tags=partition_range(settings))
    inputs = scan_inputs(settings, sources)
    inputs.require_complete()
    if not inputs.stale:
        return dg.SkipReason("the ledger holds everything that was delivered")
    what = sorted(f"{s.source.name} {s.period}" for s in inputs.stale)
    ids = sorted(d.delivery_id for s in inputs.stale for d in s.deliveries)
    log.info("stale: %s", ", ".join(what))
    periods = sorted(s.period for s in inputs.stale)
    return dg.RunRequest(
        run_key=key_of(what + ids),
        tags=partition_range(settings, periods[0], periods[-1]),
    )


def key_of(what: list[str]) -> str:
    """Make the key by which Dagster knows that a build was asked for already."""
    return hashlib.sha256("\n".join(what).encode()).hexdigest()


def partition_range(
    settings: Settings, first: str = "", last: str = "9999-12"
) -> dict[str, str]:
    """Name a range of months in the tags that Dagster reads it from."""
    keys = months(settings).get_partition_keys()
    asked_for = [key for key in keys if first <= key[:7] <= last]
    return {RANGE_START: asked_for[0], RANGE_END: asked_for[-1]}
