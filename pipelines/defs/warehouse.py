"""The dbt project as Dagster assets: models, seeds, and tests as checks.

A materialization of the whole project is a build: it starts from an empty database
and its tests are the audit. One of a part of it mends the database for looking at;
it has no complete audit, so it is never published.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import dagster_dbt as ddbt
import duckdb

from pipelines.defs.home import PART, POOL, makes
from pipelines.defs.inputs import RunInputs
from pipelines.defs.owners import OWNERS
from pipelines.defs.progress import heard
from pipelines.defs.project import RESULTS, WORKSPACE, Dbt, dbt_project, run_folder
from pipelines.defs.reference import REFERENCE_KEYS
from pipelines.ledger.partitions import write_stub
from pipelines.ledger.summary import markdown
from pipelines.publishing import audit
from pipelines.publishing.build import start_build
from pipelines.reference.tables import record_all
from pipelines.settings import Settings
from pipelines.sources.tables import TABLES

SAMPLE_ROWS = 10
# No asset makes it: it is there when the models start.
BUILD = dg.AssetSpec(
    ["meta", "build"],
    group_name="reference",
    owners=OWNERS,
    kinds={"duckdb"},
    description="The id of the build, made when the models start.",
)

Event = (
    dg.Output[Any]
    | dg.AssetMaterialization
    | dg.AssetObservation
    | dg.AssetCheckResult
    | dg.AssetCheckEvaluation
)


class Translator(ddbt.DagsterDbtTranslator):
    """Names: layer, then model; every asset has the owner that the ledger has."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Give `marts/fct_x`, `staging/stg_x`, or the key of what fills a source."""
        if dbt_resource_props["resource_type"] == "source":
            # sources.yml names the asset of a source that another room makes.
            return super().get_asset_key(dbt_resource_props)
        layer = dbt_resource_props["config"].get("schema") or "dbt"
        return dg.AssetKey([layer, dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Give a model's folders: `marts_unit_costs`, `workspace_finance`."""
        if dbt_resource_props["resource_type"] == "seed":
            return str(dbt_resource_props["config"]["schema"])
        folders = dbt_resource_props["fqn"][1:-1]
        if Path(dbt_resource_props["original_file_path"]).parts[0] == WORKSPACE:
            folders = [WORKSPACE, *folders]
        return "_".join(folders) or None

    def get_asset_check_spec(
        self,
        asset_spec: dg.AssetSpec,
        manifest: Mapping[str, Any],
        unique_id: str,
        project: ddbt.DbtProject | None,
    ) -> dg.AssetCheckSpec | None:
        """Give the check with the description of its test, else of its kind of test."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        node = manifest["nodes"][unique_id]
        kind = f"macro.unitmill.test_{node.get('test_metadata', {}).get('name')}"
        description = node.get("description") or manifest["macros"].get(kind, {}).get(
            "description"
        )
        if not spec or not description:
            return spec
        return spec._replace(description=description.strip())

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        """Give the ledger's owner."""
        del dbt_resource_props
        return OWNERS


def warehouse(settings: Settings) -> tuple[dg.AssetsDefinition, Dbt]:
    """Give the dbt assets and the dbt resource that runs them."""
    project, dbt_cli = dbt_project(settings)

    @ddbt.dbt_assets(
        manifest=project.manifest_path,
        project=project,
        dagster_dbt_translator=Translator(
            # One asset counts rows that are in the ledger and those that are not.
            ddbt.DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True)
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
            target_path=run_folder(settings, project),
        )
        # Held back until dbt lets go of the database: then rows can be shown.
        events = list(heard(call.stream(), len(context.selected_asset_keys)))
        checks = _checks(call)
        if is_build:
            audit.record(settings, "dbt", checks)
            audit.seal(settings)
        yield from (_shown(event, context, settings) for event in events)
        _fail_if_broken(checks)

    return models, dbt_cli


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


def _fail_if_broken(checks: list[audit.Check]) -> None:
    """Fail where dbt could not run a test; the audit has the results of the others."""
    broken = [check.name for check in checks if check.detail.startswith("error")]
    if broken or not checks:
        raise dg.Failure(f"dbt could not run {', '.join(broken) or 'at all'}")


def _checks(call: ddbt.DbtCliInvocation) -> list[audit.Check]:
    """Turn dbt's results into audit entries: failed models count as failed checks.

    A project that dbt cannot compile leaves none.
    """
    if not (call.target_path / RESULTS).exists():
        return []
    found = []
    for result in call.get_artifact(RESULTS)["results"]:
        status, name = str(result["status"]), result["unique_id"].split(".")[2]
        if result["unique_id"].startswith("test."):
            detail = f"{result['failures']} rows" if status in {"fail", "warn"} else ""
            if status in {"error", "skipped"}:
                detail = f"{status}: {result['message'] or 'an input failed'}"
        elif status in {"success", "pass"}:
            continue
        else:
            detail = f"{status}: {result['message'] or 'an input failed'}"
        found.append(
            audit.Check(
                name=name,
                passed=status == "pass",
                severity="warn" if status == "warn" else "error",
                detail=detail,
            )
        )
    return found


def _shown(
    event: Event, context: dg.AssetExecutionContext, settings: Settings
) -> Event:
    """Add what a person wants to see: a mart's rows, or those that failed a check."""
    if isinstance(event, dg.Output):
        if context.is_subset:
            event = event.with_metadata({**event.metadata, "note": PART})
        schema, name = context.asset_key_for_output(event.output_name).path
        if schema != "marts":
            return event
        found = _rows(settings, schema, name)
        return event.with_metadata({**event.metadata, **found})
    if isinstance(event, dg.AssetCheckResult) and not event.passed:
        # dbt stores the failing rows as a table of schema `audit`.
        found = _rows(settings, "audit", str(event.check_name), "failing rows")
        return event._replace(metadata={**event.metadata, **found})
    return event


def _rows(
    settings: Settings, schema: str, name: str, title: str = "preview"
) -> dict[str, dg.MetadataValue]:
    try:
        with duckdb.connect(str(settings.build_database), read_only=True) as db:
            count = db.execute(f'select count(*) from {schema}."{name}"').fetchone()
            rows = db.execute(f'select * from {schema}."{name}" limit {SAMPLE_ROWS}')
            head = [column[0] for column in rows.description or []]
            body = rows.fetchall()
    except duckdb.CatalogException:  # a test that could not run left no table
        return {}
    return {
        "dagster/row_count": dg.MetadataValue.int(count[0] if count else 0),
        title: dg.MetadataValue.md(markdown(head, body)),
    }
