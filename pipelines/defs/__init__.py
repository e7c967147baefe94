"""The Dagster shell, in flow order: names, partitions, groups, checks, metadata.

What belongs here: what Dagster needs to show, run and watch the pipeline. What does
not: logic; each module calls the package that it is named after.
"""

import warnings

import dagster as dg

from pipelines.defs.alerts import alerting
from pipelines.defs.automation import automation
from pipelines.defs.convert import convert_assets, table_assets
from pipelines.defs.landing import landing_assets
from pipelines.defs.publish import publish_asset
from pipelines.defs.quality import quality_checks
from pipelines.defs.warehouse import warehouse
from pipelines.settings import Settings


def build_definitions(settings: Settings) -> dg.Definitions:
    """Give everything that Dagster knows of Unitmill, for these settings."""
    # Backfill policies are beta in Dagster 1.13; without them a backfill of 24 months
    # is 24 runs. The warning would greet each user 14 times.
    warnings.filterwarnings("ignore", category=dg.BetaWarning)
    models, dbt = warehouse(settings)
    return dg.Definitions.merge(
        dg.Definitions(
            assets=[
                *landing_assets(settings),
                *convert_assets(settings),
                *table_assets(settings),
                models,
                publish_asset(settings, models),
            ],
            asset_checks=[quality_checks(settings)],
            resources={"dbt": dbt},
            executor=dg.in_process_executor,
        ),
        automation(settings),
        alerting(settings),
    )
