"""The dbt project as Dagster assets: models, seeds, and tests as checks.

A materialization of the whole project is a build: it starts from an empty database
and its tests are the audit. One of a part of it mends the database for looking at;
it has no complete audit, so it is never published.
"""

from collections.abc import Iterator

import dagster as dg
import dagster_dbt as ddbt

from pipelines.defs.home import POOL, makes
from pipelines.defs.inputs import RunInputs
from pipelines.defs.objecting import failure
from pipelines.defs.owners import OWNERS
from pipelines.defs.progress import heard
from pipelines.defs.project import Dbt, dbt_project, run_folder
from pipelines.defs.reference import REFERENCE_KEYS
from pipelines.defs.results import Event, Results
from pipelines.defs.translator import Translator, manifest_of
from pipelines.ledger.connection import release
from pipelines.ledger.partitions import write_stub
from pipelines.publishing import audit
from pipelines.publishing.build import start_build
from pipelines.publishing.landing_checks import LANDING_CHECKS, landing_checks
from pipelines.reference.tables import record_all
from pipelines.settings import Settings
from pipelines.sources.tables import TABLES

# No asset makes it: it is there when the models start.
BUILD = dg.AssetSpec(
    ["meta", "build"],
    group_name="reference",
    owners=OWNERS,
    kinds={"duckdb"},
    description="The id of the build, made when the models start.",
)


def warehouse(settings: Settings) -> tuple[dg.AssetsDefinition, Dbt]:
    """Give the dbt assets and the dbt resource that runs them."""
    project, dbt_cli = dbt_project(settings)

    manifest = manifest_of(project.manifest_path)

    @ddbt.dbt_assets(
        manifest=manifest,
        project=project,
        dagster_dbt_translator=Translator(
            # One asset counts rows that are in the ledger and those that are not.
            ddbt.DagsterDbtTranslatorSettings(
                enable_duplicate_source_asset_keys=True, enable_code_references=True
            )
        ),
        exclude="resource_type:unit_test",
        pool=POOL,
    )
    def models(
        context: dg.AssetExecutionContext,
        dbt: Dbt,
        inputs: dg.ResourceParam[RunInputs],
    ) -> Iterator[Event]:
        is_build = not context.is_subset
        # dbt needs the memory.
        release()
        for table in ("focus", *TABLES):
            write_stub(settings.ledger_dir, table)
        if is_build or not settings.build_database.exists():
            _start(settings, context.run, inputs)
        call = dbt.cli(
            # dbt's own log is 20 MB and 2.5 s of a build; its events are read here.
            ["build", "--exclude-resource-type", "unit_test", "--log-level-file=none"],
            context=context,
            raise_on_error=False,
            target_path=run_folder(settings, project),
        )
        # Held back until dbt lets go of the database: then rows can be shown.
        events = list(heard(call.stream(), len(context.selected_asset_keys)))
        results = Results.of_call(settings, manifest, call)
        if is_build:
            audit.record(settings, "dbt", results.checks, results.expected)
            audit.seal(settings)
        yield from (results.shown(event, context) for event in events)
        if objections := results.objections():
            raise failure(objections)

    return models, dbt_cli


def _start(settings: Settings, run: dg.DagsterRun, inputs: RunInputs) -> None:
    """Start a build, of reference tables that are of this ledger and these settings."""
    if not settings.deliveries_file.exists():
        raise dg.Failure("no deliveries are recorded; materialize landing/deliveries")
    if not _makes_reference_tables(run):
        record_all(settings)
    start_build(settings)
    checks = landing_checks(settings, inputs.recorded())
    audit.record(settings, "landing", checks, LANDING_CHECKS)


def _makes_reference_tables(run: dg.DagsterRun) -> bool:
    """Return whether a run made the reference tables itself, before the models.

    One of the models alone did not, nor may one that goes on where another failed.
    """
    return makes(run, REFERENCE_KEYS) and run.parent_run_id is None
