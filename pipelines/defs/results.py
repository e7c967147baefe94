"""What results of models and tests say: the audit, and events with what a person reads.

Belongs here: turning results into checks and their sentences, and showing a mart. Does
not belong here: running the models (``transform``) and names (``translator``).
"""

from collections.abc import Iterator, Sequence

import dagster as dg
import duckdb

from pipelines.defs.decoration import amounts
from pipelines.defs.home import PART
from pipelines.ledger.summary import markdown
from pipelines.publishing.check import Check
from pipelines.publishing.failing_rows import FailingRows, failing_rows, sentence
from pipelines.settings import Settings
from pipelines.transform.graph import Graph, Node
from pipelines.transform.runner import Result

SAMPLE_ROWS = 10

Event = dg.MaterializeResult[None] | dg.AssetCheckResult


class Results:
    """The results of one run of the models, while the build database is open."""

    def __init__(
        self, settings: Settings, db: duckdb.DuckDBPyConnection, graph: Graph
    ) -> None:
        """Begin without a result."""
        self._settings = settings
        self._db = db
        self._graph = graph
        self._rows: dict[str, FailingRows] = {}
        self.checks: list[Check] = []

    @property
    def expected(self) -> list[str]:
        """Give the titles of all tests that the project has, run or not."""
        return [
            f"{self._asset_of(node)} {node.name}"
            for node in self._graph.nodes.values()
            if node.kind == "test"
        ]

    def chosen(self, context: dg.AssetExecutionContext) -> set[str]:
        """Give the ids of the nodes that a run of a part of the project is of."""
        assets = {tuple(key.path) for key in context.selected_asset_keys}
        checks = {
            (tuple(key.asset_key.path), key.name)
            for key in context.selected_asset_check_keys
        }
        return {
            node.id
            for node in self._graph.nodes.values()
            if ((place := tuple(self._asset_of(node).split("/"))), node.name) in checks
            or (node.kind != "test" and place in assets)
        }

    def add(self, result: Result) -> None:
        """Take a test, or a model that could not be made, into the audit."""
        node = result.node
        if node.kind != "test" and not result.is_bad:
            return
        self.checks.append(
            Check(
                name=node.name if node.kind == "test" else "can_be_made",
                passed=result.status == "pass",
                severity="warn" if result.status == "warn" else "error",
                detail=self._detail(result),
                asset=self._asset_of(node),
                skipped=result.status == "skipped",
            )
        )

    def objections(self) -> list[str]:
        """List what stops the build, causes only."""
        return [
            check.objection("dbt")
            for check in self.checks
            if check.blocks and not check.skipped
        ]

    def events(
        self, result: Result, context: dg.AssetExecutionContext
    ) -> Iterator[Event]:
        """Give what Dagster is told: what was made, which checks were asked or fail.

        What stands as an earlier run made it has that run's events. Of a mart Dagster
        is told all the same: a later step is skipped if what it reads is not there.
        """
        node = result.node
        key = dg.AssetKey(self._asset_of(node).split("/"))
        if node.kind == "test":
            is_told = result.is_new or result.status != "pass"
            if result.status != "skipped" and is_told:
                yield self._check_result(result, key)
        elif not result.is_bad and (result.is_new or node.layer == "marts"):
            shown = _preview(self._db, node) if node.layer == "marts" else {}
            if result.row_count is not None:
                shown["dagster/row_count"] = dg.MetadataValue.int(result.row_count)
            where = "on Spark " if result.is_on_spark else ""
            made = (
                f"{where}in {result.seconds:.2f} s"
                if result.is_new
                else "by an earlier run"
            )
            shown["made"] = dg.MetadataValue.text(made)
            if context.is_subset:
                shown["note"] = dg.MetadataValue.text(PART)
            yield dg.MaterializeResult(
                asset_key=key,
                metadata=shown,
                data_version=dg.DataVersion(result.content),
            )

    def _check_result(self, result: Result, key: dg.AssetKey) -> dg.AssetCheckResult:
        metadata: dict[str, dg.MetadataValue] = {}
        if rows := self._rows.get(result.node.id):
            metadata["dagster/row_count"] = dg.MetadataValue.int(rows.count)
            metadata["failing rows"] = dg.MetadataValue.md(
                markdown([*rows.names], [*rows.values])
            )
        is_warning = result.status == "warn" or result.node.is_warning
        return dg.AssetCheckResult(
            asset_key=key,
            check_name=result.node.name,
            passed=result.status == "pass",
            severity=(
                dg.AssetCheckSeverity.WARN
                if is_warning
                else dg.AssetCheckSeverity.ERROR
            ),
            description=self.checks[-1].detail or None,
            metadata=metadata,
        )

    def _asset_of(self, node: Node) -> str:
        return self._graph.nodes[node.tested].asset if node.tested else node.asset

    def _detail(self, result: Result) -> str:
        """Say what is wrong; of a failed test its first failing row."""
        node, asset = result.node, self._asset_of(result.node)
        if result.status in {"fail", "warn"}:
            rows = failing_rows(self._db, node.table)
            if rows is None:
                return result.message
            self._rows[node.id] = rows
            return sentence(self._settings, rows, asset.partition("/")[2])
        if result.status == "error":
            what = "checked" if node.kind == "test" else "made"
            return f"{asset} could not be {what}: {result.message}"
        return ""


# What makes a row of a mart worth looking at first, where the mart has it.
LARGEST = ("effective_cost", "billed_cost", "net_saving", "mart_cost", "expected_cost")
ADDED = ("billed_cost", "effective_cost")


def _preview(db: duckdb.DuckDBPyConnection, node: Node) -> dict[str, dg.MetadataValue]:
    """Give the largest rows of a mart, and its costs by currency."""
    head = [
        str(name) for name, *_ in db.execute(f"describe {node.relation}").fetchall()
    ]
    largest = [column for column in LARGEST if column in head][:1]
    order = "".join(f" order by {column} desc nulls last" for column in largest)
    body = db.execute(f"select * from {node.relation}{order} limit {SAMPLE_ROWS}")
    return {
        "preview": dg.MetadataValue.md(markdown(head, body.fetchall())),
        **amounts(_costs(db, node.relation, head)),
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
