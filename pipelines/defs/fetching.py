"""Fetching in Dagster: an asset a vendor, the job that asks them, its daily schedule.

Only vendors whose key is in the environment are here, so that a machine without keys
has nothing to fail. No build asks a vendor: what was fetched is a delivery like any
other, which the sensor for new deliveries sees.
"""

from contextlib import AbstractContextManager, nullcontext

import dagster as dg

from pipelines.defs.decoration import ICONS, page, tags_of
from pipelines.defs.objecting import failure
from pipelines.defs.owners import OWNERS
from pipelines.fetching.fetch import Call, fetch, objection
from pipelines.fetching.registry import VENDORS
from pipelines.fetching.vendor import Vendor
from pipelines.publishing.lock import lives, living
from pipelines.settings import Settings

GROUP = "fetch"
JOB = "fetch"


def fetching(settings: Settings) -> dg.Definitions:
    """Give an asset for each vendor that can be asked, their job and its schedule."""
    ready = [v for v in VENDORS.values() if not objection(v, settings)]
    if not ready:
        return dg.Definitions()
    job = dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.groups(GROUP),
        description="Ask every vendor whose key is set for the pages that are due.",
    )

    @dg.schedule(
        job=job,
        cron_schedule="0 4 * * *",
        description=(
            "Every night: the days that may have changed. The sensor `new_deliveries` "
            "or the schedule `every_morning` builds from them."
        ),
    )
    def every_night() -> dg.RunRequest:
        return dg.RunRequest()

    return dg.Definitions(
        assets=[_asset(settings, vendor) for vendor in ready],
        jobs=[job],
        schedules=[every_night],
    )


def _asset(settings: Settings, vendor: Vendor) -> dg.AssetsDefinition:
    icon = ICONS.get(vendor.name)
    reports = ", ".join(report.name for report in vendor.reports)

    @dg.asset(
        key=["fetched", vendor.name],
        group_name=GROUP,
        owners=OWNERS,
        kinds={"python", *filter(None, [icon])},
        tags=tags_of(GROUP, vendor.name),
        metadata=page("fetch.md", vendor.name),
        description=(
            f"Pages of {vendor.title}'s API as it returned them, in the exports "
            f"folder: {reports}."
        ),
    )
    def fetched(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        call = Call(settings, say=context.log.info)
        said: list[str] = []
        failed: list[str] = []
        pages = rows = 0
        with _living(settings, context.run.run_id):
            for outcome in fetch(call, [vendor]):
                line = f"{outcome.report}: {outcome.said}".removeprefix(": ")
                (failed if outcome.failed else said).append(line)
                context.log.info("%s", line)
                pages, rows = pages + outcome.pages, rows + outcome.rows
        if failed:
            raise failure(failed)
        return dg.MaterializeResult(
            metadata={
                "pages": dg.MetadataValue.int(pages),
                "rows": dg.MetadataValue.int(rows),
                "reports": dg.MetadataValue.md("\n".join(f"- {line}" for line in said)),
            }
        )

    return fetched


def _living(settings: Settings, run: str) -> AbstractContextManager[None]:
    """Be seen to live, where the run does not hold the home and is seen already."""
    return nullcontext() if lives(settings, run) else living(settings, run)
