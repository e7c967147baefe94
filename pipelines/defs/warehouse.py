"""The dbt project as Dagster assets: models, seeds, and tests as checks.

A materialization of the whole project is a build: what changed is made again, and all
tests are its audit. One of a part of it mends the database for looking at; it has no
complete audit, so it is never published.
"""

from collections.abc import Generator, Iterator

import dagster as dg
import dagster_dbt as ddbt

from pipelines.defs.home import POOL, makes
from pipelines.defs.inputs import RunInputs
from pipelines.defs.objecting import failure
from pipelines.defs.owners import OWNERS
from pipelines.defs.progress import heard
from pipelines.defs.reference import REFERENCE_KEYS
from pipelines.defs.results import Event, Results
from pipelines.defs.translator import Translator, manifest_of
from pipelines.ledger.connection import release
from pipelines.ledger.partitions import write_stub
from pipelines.publishing import audit
from pipelines.publishing.grains import grains
from pipelines.publishing.landing_checks import LANDING_CHECKS, landing_checks
from pipelines.reference.tables import record_all
from pipelines.settings import Settings
from pipelines.sources.tables import TABLES
from pipelines.transform.database import opened, start_build
from pipelines.transform.engines import runner_of
from pipelines.transform.graph import Graph
from pipelines.transform.kept import leave
from pipelines.transform.project import compiled, project_folder

# No asset makes it: it is there when the models start.
BUILD = dg.AssetSpec(
    ["meta", "build"],
    group_name="reference",
    owners=OWNERS,
    kinds={"duckdb"},
    description="The id of the build, made when the models start.",
)


def warehouse(settings: Settings) -> dg.AssetsDefinition:
    """Give the dbt assets.

    Raises:
        ExportError: dbt cannot compile the project; the message is dbt's own.
    """
    place = compiled(settings)
    manifest = manifest_of(place)

    @ddbt.dbt_assets(
        manifest=manifest,
        project=ddbt.DbtProject(
            project_folder(settings),
            target_path=place.parent,
            profiles_dir=project_folder(settings),
        ),
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
        context: dg.AssetExecutionContext, inputs: dg.ResourceParam[RunInputs]
    ) -> Iterator[Event]:
        is_build = not context.is_subset
        # dbt needs the memory.
        release()
        for table in ("focus", *TABLES):
            write_stub(settings.ledger_dir, table)
        if is_build or not settings.build_database.exists():
            _start(settings, context.run, inputs)
        results = yield from _run(settings, Graph.of_manifest(manifest), context)
        database = leave(settings)
        if is_build:
            audit.record(settings, "dbt", results.checks, results.expected)
            audit.seal(settings, database, grains(manifest))
        if objections := results.objections():
            raise failure(objections)

    return models


def _run(
    settings: Settings, graph: Graph, context: dg.AssetExecutionContext
) -> Generator[Event, None, Results]:
    """Run the models and tests that changed, or those that somebody chose."""
    with opened(settings) as db:
        results = Results(settings, db, graph)
        runner = runner_of(settings, db, graph)
        chosen = results.chosen(context) if context.is_subset else None
        nodes = graph.of(chosen) if chosen else graph.order
        models = sum(node.kind != "test" for node in nodes)
        for result in heard(runner.run(chosen, again=context.is_subset), models):
            results.add(result)
            yield from results.events(result, context)
    return results


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
