"""The dbt project as Dagster assets: models, seeds, and tests as checks.

A materialization of the whole project is a build: it starts from an empty database
and its tests are the audit. One of a part of it mends the database for looking at;
it has no complete audit, so it is never published.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import dagster as dg
import dagster_dbt as ddbt
from packaging.version import Version

from pipelines.defs.home import POOL, makes
from pipelines.defs.inputs import RunInputs
from pipelines.defs.objecting import failure
from pipelines.defs.owners import OWNERS
from pipelines.defs.reference import REFERENCE_KEYS
from pipelines.defs.results import RESULTS, Event, Results
from pipelines.defs.translator import Translator, manifest_of
from pipelines.ledger.partitions import write_stub
from pipelines.publishing import audit
from pipelines.publishing.build import start_build
from pipelines.reference.tables import record_all
from pipelines.settings import DBT_DIR, Settings
from pipelines.sources.tables import TABLES

# The dbt of this environment, whether or not it is on the PATH.
DBT = Path(sys.executable).parent / "dbt"
# No asset makes it: it is there when the models start.
BUILD = dg.AssetSpec(
    ["meta", "build"],
    group_name="reference",
    owners=OWNERS,
    kinds={"duckdb"},
    description="The id of the build, made when the models start.",
)


class Dbt(ddbt.DbtCliResource):
    """dbt, without the question to the package index that `dbt --version` asks."""

    @property
    def _cli_version(self) -> Version:
        return Version(version("dbt-core"))


def warehouse(settings: Settings) -> tuple[dg.AssetsDefinition, Dbt]:
    """Give the dbt assets and the dbt resource that runs them."""
    _set_dbt_variables(settings)
    project = _project(settings)
    dbt_cli = Dbt(project_dir=str(DBT_DIR), dbt_executable=str(DBT))
    _parse_if_older(project, dbt_cli)

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
        for table in ("focus", *TABLES):
            write_stub(settings.ledger_dir, table)
        if is_build or not settings.build_database.exists():
            _start(settings, context.run, inputs)
        call = dbt.cli(
            # dbt's own log is 20 MB and 2.5 s of a build; its events are read here.
            ["build", "--exclude-resource-type", "unit_test", "--log-level-file=none"],
            context=context,
            raise_on_error=False,
            target_path=_run_folder(settings, project),
        )
        # Held back until dbt lets go of the database: then rows can be shown.
        events = list(call.stream())
        results = Results.of_call(settings, manifest, call)
        if is_build:
            audit.record(settings, "dbt", results.checks)
            audit.seal(settings)
        yield from (results.shown(event, context) for event in events)
        if objections := results.objections():
            raise failure(objections)

    return models, dbt_cli


def _project(settings: Settings) -> ddbt.DbtProject:
    """Give the dbt project, parsed in the home folder."""
    target = settings.home_dir / "dbt" / "target"
    return ddbt.DbtProject(DBT_DIR, target_path=target, profiles_dir=DBT_DIR)


def _start(settings: Settings, run: dg.DagsterRun, inputs: RunInputs) -> None:
    """Start a build, of reference tables that are of this ledger and these settings."""
    if not settings.deliveries_file.exists():
        raise dg.Failure("no deliveries are recorded; materialize landing/deliveries")
    if not _makes_reference_tables(run):
        record_all(settings)
    start_build(settings)
    checks = audit.landing_checks(settings, inputs.recorded())
    audit.record(settings, "landing", checks)


def _makes_reference_tables(run: dg.DagsterRun) -> bool:
    """Return whether a run made the reference tables itself, before the models.

    One of the models alone did not, nor may one that goes on where another failed.
    """
    return makes(run, REFERENCE_KEYS) and run.parent_run_id is None


def _set_dbt_variables(settings: Settings) -> None:
    """Tell dbt's profile where the build database is and how much memory it may use."""
    os.environ["UNITMILL_BUILD_DATABASE"] = str(settings.build_database)
    os.environ["UNITMILL_MEMORY_LIMIT"] = settings.memory_limit
    os.environ["UNITMILL_THREADS"] = str(settings.threads)
    os.environ["DO_NOT_TRACK"] = "1"
    settings.build_dir.mkdir(parents=True, exist_ok=True)


def _parse_if_older(project: ddbt.DbtProject, dbt: Dbt) -> None:
    """Make dbt's manifest, unless it is newer than every file of the project."""
    newest = max(
        path.stat().st_mtime
        for path in DBT_DIR.rglob("*")
        if path.suffix in {".sql", ".yml", ".csv", ".py"} and "target" not in path.parts
    )
    manifest = project.manifest_path
    if not manifest.exists() or manifest.stat().st_mtime < newest:
        dbt.cli(["parse", "--quiet"], target_path=project.target_path).wait()


def _run_folder(settings: Settings, project: ddbt.DbtProject) -> Path:
    """Give dbt a folder for its run, with what was parsed already, and no results.

    Without it dbt parses the project a second time, 5 s of a build. It does so too
    when the database has moved or has other settings since; then what the last run
    parsed is newer, and stays. Results of an earlier run would be taken for those of a
    run that could not even start.
    """
    folder = settings.home_dir / "dbt" / "run"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RESULTS).unlink(missing_ok=True)
    parsed = project.target_path / "partial_parse.msgpack"
    last = folder / parsed.name
    if parsed.exists() and not (
        last.exists() and last.stat().st_mtime >= parsed.stat().st_mtime
    ):
        shutil.copy(parsed, folder)
    return folder
