"""What dbt's results say: entries of the audit, and events with what a person reads.

Belongs here: turning the outcome of a run of dbt into checks and their sentences.
Does not belong here: running dbt (``warehouse``) and names (``translator``).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
import dagster_dbt as ddbt
import duckdb

from pipelines.defs.decoration import amounts
from pipelines.defs.home import PART
from pipelines.defs.project import RESULTS
from pipelines.defs.translator import layer_of, model_of
from pipelines.ledger.summary import markdown
from pipelines.publishing.check import Check
from pipelines.publishing.failing_rows import FailingRows, failing_rows, sentence
from pipelines.settings import Settings

SAMPLE_ROWS = 10

Event = (
    dg.Output[Any]
    | dg.AssetMaterialization
    | dg.AssetObservation
    | dg.AssetCheckResult
    | dg.AssetCheckEvaluation
)


class Results:
    """The results of one run of dbt, read once it let go of the database."""

    def __init__(
        self,
        settings: Settings,
        manifest: Mapping[str, Any],
        found: Sequence[Mapping[str, Any]],
    ) -> None:
        """Read the failing rows of every test that failed."""
        self._settings = settings
        self._nodes = manifest["nodes"]
        self._rows: dict[tuple[str, str], FailingRows] = {}
        self._ran = bool(found)
        self.checks = [
            self._check(self._nodes[result["unique_id"]], result)
            for result in found
            if self._is_check(result)
        ]

    @property
    def expected(self) -> list[str]:
        """Give the titles of all tests that the project has, run or not."""
        return [
            f"{self._asset_of(node)} {node['name']}"
            for node in self._nodes.values()
            if node["resource_type"] == "test"
        ]

    @classmethod
    def of_call(
        cls,
        settings: Settings,
        manifest: Mapping[str, Any],
        call: ddbt.DbtCliInvocation,
    ) -> "Results":
        """Read what dbt wrote; a project that it cannot compile leaves nothing."""
        if not (call.target_path / RESULTS).exists():
            return cls(settings, manifest, ())
        return cls(settings, manifest, call.get_artifact(RESULTS)["results"])

    def objections(self) -> list[str]:
        """List what stops the build, causes only."""
        if not self._ran:
            return ["dbt could not run at all; its output is in the log of this step"]
        return [
            check.objection("dbt")
            for check in self.checks
            if check.blocks and not check.skipped
        ]

    def shown(self, event: Event, context: dg.AssetExecutionContext) -> Event:
        """Add what a person wants to see: a mart's rows, or why a check failed."""
        if isinstance(event, dg.Output):
            if context.is_subset:
                event = event.with_metadata({**event.metadata, "note": PART})
            schema, name = context.asset_key_for_output(event.output_name).path
            if schema != "marts":
                return event
            found = _preview(self._settings, name)
            return event.with_metadata({**event.metadata, **found})
        if isinstance(event, dg.AssetCheckResult) and not event.passed:
            assert event.asset_key is not None
            return self._explained(event, event.asset_key.to_user_string())
        return event

    def _explained(self, event: dg.AssetCheckResult, asset: str) -> dg.AssetCheckResult:
        name = str(event.check_name)
        metadata = dict(event.metadata)
        if rows := self._rows.get((asset, name)):
            metadata["dagster/row_count"] = dg.MetadataValue.int(rows.count)
            metadata["failing rows"] = dg.MetadataValue.md(
                markdown([*rows.names], [*rows.values])
            )
        said = [c.detail for c in self.checks if (c.asset, c.name) == (asset, name)]
        return event._replace(description=said[0] if said else None, metadata=metadata)

    @staticmethod
    def _is_check(result: Mapping[str, Any]) -> bool:
        """Return whether it is a test, or a model that was not made."""
        is_test = str(result["unique_id"]).startswith("test.")
        return is_test or result["status"] not in {"success", "pass"}

    def _check(self, node: Mapping[str, Any], result: Mapping[str, Any]) -> Check:
        status = str(result["status"])
        is_test = node["resource_type"] == "test"
        asset = self._asset_of(node)
        return Check(
            name=node["name"] if is_test else "can_be_made",
            passed=status == "pass",
            severity="warn" if status == "warn" else "error",
            detail=self._detail(node, asset, result),
            asset=asset,
            skipped=status == "skipped",
        )

    def _asset_of(self, node: Mapping[str, Any]) -> str:
        model = self._tested(node) if node["resource_type"] == "test" else node
        return f"{layer_of(model)}/{model['name']}"

    def _tested(self, test: Mapping[str, Any]) -> Mapping[str, Any]:
        model: Mapping[str, Any] = self._nodes[test["attached_node"]]
        assert model["name"] == model_of(test)
        return model

    def _detail(
        self, node: Mapping[str, Any], asset: str, result: Mapping[str, Any]
    ) -> str:
        """Say what is wrong; of a failed test its first failing row."""
        status = result["status"]
        message = " ".join(str(result["message"] or "").split())
        if status in {"fail", "warn"}:
            rows = failing_rows(self._settings, node["alias"])
            if rows is None:
                return message
            self._rows[asset, node["name"]] = rows
            return sentence(self._settings, rows, node["attached_node"].split(".")[-1])
        if status == "error":
            what = "check" if node["resource_type"] == "test" else "make"
            return f"dbt could not {what} {asset}: {message}"
        return ""


# What makes a row of a mart worth looking at first, where the mart has it.
LARGEST = ("effective_cost", "billed_cost", "net_saving", "mart_cost", "expected_cost")
ADDED = ("billed_cost", "effective_cost")


def _preview(settings: Settings, name: str) -> dict[str, dg.MetadataValue]:
    """Give the largest rows of a mart, its row count, and its costs by currency."""
    mart = f'marts."{name}"'
    try:
        with duckdb.connect(str(settings.build_database), read_only=True) as db:
            head = [
                str(column[0]) for column in db.execute(f"describe {mart}").fetchall()
            ]
            largest = [column for column in LARGEST if column in head][:1]
            order = "".join(f" order by {column} desc nulls last" for column in largest)
            body = db.execute(f"select * from {mart}{order} limit {SAMPLE_ROWS}")
            preview = markdown(head, body.fetchall())
            [(count,)] = db.execute(f"select count(*) from {mart}").fetchall()
            costs = _costs(db, mart, head)
    except duckdb.CatalogException:  # dbt could not make it
        return {}
    return {
        "dagster/row_count": dg.MetadataValue.int(count),
        **amounts(costs),
        "preview": dg.MetadataValue.md(preview),
    }


def _costs(
    db: duckdb.DuckDBPyConnection, mart: str, columns: Sequence[str]
) -> dict[str, object]:
    """Add up the costs of a mart, each currency for itself: `billed_cost USD`."""
    added = [column for column in ADDED if column in columns]
    if not added or "billing_currency" not in columns:
        return {}
    sums = ", ".join(f"sum({column})" for column in added)
    rows = db.execute(
        f"select billing_currency, {sums} from {mart} "
        "where billing_currency is not null group by all order by all"
    ).fetchall()
    return {
        f"{column} {currency}": cost
        for currency, *costs in rows
        for column, cost in zip(added, costs, strict=True)
    }
