"""The Dagster shell, in flow order: names, groups, checks, metadata.

Belongs here: what Dagster needs to show, run and monitor the pipeline. Does not belong
here: logic; each module calls the package that it is named after.
"""

import dagster as dg

from pipelines.defs.alerts import alerting
from pipelines.defs.automation import automation
from pipelines.defs.convert import convert_assets, row_counts_asset, table_assets
from pipelines.defs.decoration import with_code
from pipelines.defs.fetching import fetching
from pipelines.defs.home import home_resource
from pipelines.defs.inputs import inputs_resource
from pipelines.defs.landing import landing_asset
from pipelines.defs.publish import publish_asset
from pipelines.defs.quality import quality_checks
from pipelines.defs.reference import reference_assets
from pipelines.defs.summaries import summarizing
from pipelines.defs.targets import target_assets
from pipelines.defs.warehouse import BUILD, warehouse
from pipelines.ledger.inputs import Inputs
from pipelines.settings import Settings
from pipelines.sources.registry import all_sources


def build_definitions(
    settings: Settings, inputs: Inputs | None = None
) -> dg.Definitions:
    """Give everything that Dagster knows of Unitmill, for these settings.

    Args:
        settings: what the user chose.
        inputs: what the run is of, where it is known; else `landing/deliveries` looks.
    """
    sources = inputs.sources if inputs else all_sources(settings)
    models = warehouse(settings)
    made_in_python = [
        landing_asset(settings),
        row_counts_asset(settings),
        *reference_assets(settings),
        publish_asset(settings, models),
        *target_assets(settings),
    ]
    # A run without the sources of which nothing is stale, and without the tables that
    # none but these fill, is one of everything, too.
    needed = [*made_in_python, models]
    assets = [
        *with_code([*made_in_python, *table_assets(settings, sources)]),
        *convert_assets(settings, sources),
        models,
    ]
    return dg.Definitions.merge(
        dg.Definitions(
            assets=[*assets, BUILD],
            asset_checks=[quality_checks(settings)],
            resources={
                "home": home_resource(settings, {k for a in needed for k in a.keys}),
                "inputs": inputs_resource(settings, sources, inputs),
            },
            executor=dg.in_process_executor,
        ),
        automation(settings, sources),
        fetching(settings),
        alerting(settings),
        summarizing(settings),
    )
