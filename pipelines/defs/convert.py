"""Convert: one asset per source, partitioned by billing month, and one per table."""

from collections import defaultdict
from collections.abc import Sequence

import dagster as dg
import duckdb

from pipelines.defs.inputs import RunInputs
from pipelines.defs.landing import DELIVERIES
from pipelines.defs.partitions import OWNERS, months, period_of
from pipelines.landing.source import Source, TransientError
from pipelines.ledger.conformance import evaluate_partition
from pipelines.ledger.partitions import (
    empty_partition,
    partition_path,
    write_partition,
    write_stub,
)
from pipelines.ledger.stale import Stale
from pipelines.ledger.summary import markdown, summarize
from pipelines.ledger.tally import left_out
from pipelines.settings import Settings
from pipelines.sources.tables import TABLES

ROW_COUNTS = dg.AssetKey(["ledger", "row_counts"])


def source_key(source: Source) -> dg.AssetKey:
    """Give the asset key of a source: the table that it fills, then its name."""
    return dg.AssetKey([source.table, source.name])


def convert_assets(
    settings: Settings, sources: Sequence[Source]
) -> list[dg.AssetsDefinition]:
    """Give one asset per source, all made by the same hand."""
    return [_convert_asset(source, settings) for source in sources]


def table_assets(
    settings: Settings, sources: Sequence[Source]
) -> list[dg.AssetsDefinition]:
    """Give one asset per table: what all of its sources make together."""
    feeding: dict[str, list[Source]] = defaultdict(list)
    for source in sources:
        feeding[source.table].append(source)
    feeding["focus_conformance"] = feeding["focus"]
    return [
        *(_table_asset(t, feeding[t], settings) for t in ("focus", *TABLES)),
        _row_counts_asset(settings),
    ]


def _convert_asset(source: Source, settings: Settings) -> dg.AssetsDefinition:
    @dg.asset(
        key=source_key(source),
        deps=[DELIVERIES],
        partitions_def=months(settings),
        backfill_policy=dg.BackfillPolicy.single_run(),
        group_name="convert",
        owners=OWNERS,
        kinds={"duckdb", "parquet"},
        description=source.description,
        pool="ledger",
    )
    def convert(
        context: dg.AssetExecutionContext, inputs: dg.ResourceParam[RunInputs]
    ) -> None:
        stale = {item.period: item for item in inputs.recorded().stale_of(source)}
        for key in context.partition_keys:
            period = period_of(key)
            if period in stale:
                context.log.info("%s %s: converting", source.name, period)
                _rebuild_partition(settings, stale[period])
            if source.table == "focus":
                evaluate_partition(settings, source, period)
            path = partition_path(settings.ledger_dir, source, period)
            context.add_asset_metadata(
                _metadata(summarize(path, source.table)),
                asset_key=source_key(source),
                partition_key=key,
            )

    return convert


def _rebuild_partition(settings: Settings, item: Stale) -> None:
    try:
        if item.deliveries:
            write_partition(settings, item.source, item.deliveries, item.period)
        else:
            empty_partition(settings, item.source, item.period)
    except TransientError as error:
        raise dg.RetryRequested(max_retries=3, seconds_to_wait=5) from error


def _table_asset(
    table: str, sources: list[Source], settings: Settings
) -> dg.AssetsDefinition:
    @dg.asset(
        key=dg.AssetKey(["ledger", table]),
        deps=[source_key(source) for source in sources],
        group_name="convert",
        owners=OWNERS,
        kinds={"parquet"},
        description=_description(table),
    )
    def whole_table() -> dg.MaterializeResult[None]:
        write_stub(settings.ledger_dir, table)
        everything = settings.ledger_dir / table / "*" / "*.parquet"
        return dg.MaterializeResult(metadata=_metadata(summarize(everything, table)))

    return whole_table


def _description(table: str) -> str:
    if table == "focus":
        return "The ledger: every charge of every source in FOCUS 1.4."
    return f"{TABLES[table].description} {TABLES[table].grain}"


def _row_counts_asset(settings: Settings) -> dg.AssetsDefinition:
    @dg.asset(
        key=ROW_COUNTS,
        deps=[dg.AssetKey(["ledger", table]) for table in ("focus", *TABLES)],
        group_name="convert",
        owners=OWNERS,
        kinds={"parquet"},
        description=(
            "How many rows of each delivery the ledger holds, and how many are not in "
            "it as rows of their own, by reason; both stand in the files themselves."
        ),
    )
    def row_counts() -> dg.MaterializeResult[None]:
        with duckdb.connect() as db:
            rows = db.execute(
                "select reason, sum(row_count) as rows "
                f"from ({left_out(settings.ledger_dir)}) group by all order by all"
            ).fetchall()
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": sum(int(count) for _, count in rows),
                "reasons": dg.MetadataValue.md(markdown(["reason", "rows"], rows)),
            }
        )

    return row_counts


def _metadata(summary: dict[str, object]) -> dict[str, dg.MetadataValue]:
    shown: dict[str, dg.MetadataValue] = {}
    for name, value in summary.items():
        if name == "preview":
            shown[name] = dg.MetadataValue.md(str(value))
        elif name == "rows":
            shown["dagster/row_count"] = dg.MetadataValue.int(int(str(value)))
        else:
            shown[name] = dg.MetadataValue.text(str(value))
    return shown
