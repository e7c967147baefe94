"""Convert: one asset per source, partitioned by billing month, and one per table."""

from collections import defaultdict

import dagster as dg

from pipelines.defs.landing import DELIVERIES
from pipelines.defs.partitions import OWNERS, months, period_of
from pipelines.landing.deliveries import load
from pipelines.landing.source import Source, TransientError
from pipelines.ledger.conformance import judge_partition
from pipelines.ledger.partitions import (
    empty_partition,
    partition_path,
    write_partition,
    write_stub,
)
from pipelines.ledger.stale import needs_conversion
from pipelines.ledger.summary import summarise
from pipelines.settings import Settings
from pipelines.sources.registry import all_sources
from pipelines.sources.tables import TABLES


def source_key(source: Source) -> dg.AssetKey:
    """Give the asset key of a source: the table that it fills, then its name."""
    return dg.AssetKey([source.table, source.name])


def convert_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """Give one asset per source, all made by the same hand."""
    return [_convert_asset(source, settings) for source in all_sources(settings)]


def table_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """Give one asset per table: what all of its sources make together."""
    feeding: dict[str, list[Source]] = defaultdict(list)
    for source in all_sources(settings):
        feeding[source.table].append(source)
    feeding["focus_conformance"] = feeding["focus"]
    return [_table_asset(t, feeding[t], settings) for t in ("focus", *TABLES)]


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
    def convert(context: dg.AssetExecutionContext) -> None:
        landing = load(settings)
        for key in context.partition_keys:
            period = period_of(key)
            if needs_conversion(settings.ledger_dir, source, period, landing):
                context.log.info("%s %s: converting", source.name, period)
                deliveries = landing.of(source, period)
                try:
                    if deliveries:
                        write_partition(settings, source, deliveries, period)
                    else:
                        empty_partition(settings, source, period)
                except TransientError as error:
                    raise dg.RetryRequested(max_retries=3, seconds_to_wait=5) from error
            if source.table == "focus":
                judge_partition(settings, source, period)
            path = partition_path(settings.ledger_dir, source, period)
            context.add_asset_metadata(
                _metadata(summarise(path, source.table)),
                asset_key=source_key(source),
                partition_key=key,
            )

    return convert


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
        return dg.MaterializeResult(metadata=_metadata(summarise(everything, table)))

    return whole_table


def _description(table: str) -> str:
    if table == "focus":
        return "The ledger: every charge of every source in FOCUS 1.4."
    return f"{TABLES[table].description} {TABLES[table].grain}"


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
