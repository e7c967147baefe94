"""Convert: one asset per source, which makes its stale months, and one per table.

No asset has partitions in Dagster: months are files of the ledger, and a run converts
those that are stale. So everything is one run, and it costs what changed.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

import dagster as dg
import duckdb
from pydantic import Field

from pipelines.defs.decoration import (
    PARQUET,
    amounts,
    columns_of,
    described,
    domain_of,
    kinds_of,
    page,
    tags_of,
)
from pipelines.defs.home import HOME, POOL
from pipelines.defs.inputs import RunInputs
from pipelines.defs.landing import DELIVERIES
from pipelines.defs.objecting import failure
from pipelines.defs.owners import OWNERS
from pipelines.landing.deliveries import mark_refused
from pipelines.landing.source import ExportError, Source, TransientError
from pipelines.ledger.conformance import evaluate_partition
from pipelines.ledger.conversion import convert_all, forget_refused, refused_in
from pipelines.ledger.files import partitions, sql_files
from pipelines.ledger.inputs import Inputs
from pipelines.ledger.partitions import write_stub
from pipelines.ledger.stale import ALL, Stale, converted_again
from pipelines.ledger.summary import by_month, markdown, summarize
from pipelines.ledger.tally import left_out
from pipelines.settings import Settings
from pipelines.sources.tables import TABLES
from pipelines.spark.conversion import writer

ROW_COUNTS = dg.AssetKey(["ledger", "row_counts"])
ROW_COUNT_COLUMNS = dg.TableSchema(
    columns=[
        dg.TableColumn("delivery_id", "varchar", description="The delivery."),
        dg.TableColumn("period", "varchar", description="The month of the partition."),
        dg.TableColumn(
            "reason", "varchar", description="Why the rows are not in the ledger."
        ),
        dg.TableColumn("row_count", "bigint", description="How many rows."),
    ]
)


class Conversion(dg.Config):
    """What a run may be told about one source, in the Launchpad or as run config."""

    convert_again: list[str] = Field(
        default=[],
        description=(
            "Billing months to convert although nothing changed, such as "
            f'["2026-09"], or ["{ALL}"] for every month of the source. Months whose '
            "deliveries changed are converted anyway."
        ),
    )


def source_key(source: Source) -> dg.AssetKey:
    """Give the asset key of a source: the table that it fills, then its name."""
    return dg.AssetKey([source.table, source.name])


def table_key(table: str) -> dg.AssetKey:
    """Give the asset key of a table of the ledger."""
    return dg.AssetKey(["ledger", table])


def convert_assets(
    settings: Settings, sources: Sequence[Source]
) -> list[dg.AssetsDefinition]:
    """Give one asset per source; only the source differs."""
    return [_convert_asset(source, settings) for source in sources]


def table_assets(
    settings: Settings, sources: Sequence[Source]
) -> list[dg.AssetsDefinition]:
    """Give one asset per table: what all of its sources make together."""
    feeding = _feeding(sources)
    return [_table_asset(table, feeding[table], settings) for table in feeding]


def unchanged(sources: Sequence[Source], idle: AbstractSet[str]) -> set[dg.AssetKey]:
    """Give what a run may leave out: sources that are idle, and their tables.

    Args:
        sources: the registry.
        idle: the names of those of which nothing is stale.
    """
    found = {source_key(source) for source in sources if source.name in idle}
    for table, of in _feeding(sources).items():
        if of and idle >= {source.name for source in of}:
            found.add(table_key(table))
    return found


def _feeding(sources: Sequence[Source]) -> dict[str, list[Source]]:
    """Give the sources of each table."""
    feeding: dict[str, list[Source]] = {table: [] for table in ("focus", *TABLES)}
    for source in sources:
        feeding[source.table].append(source)
    return feeding | {"focus_conformance": feeding["focus"]}


def _convert_asset(source: Source, settings: Settings) -> dg.AssetsDefinition:
    @dg.asset(
        key=source_key(source),
        deps=[DELIVERIES],
        group_name=f"sources_{domain_of(source)}",
        owners=OWNERS,
        kinds=kinds_of(source),
        tags=tags_of("ledger", domain_of(source)),
        metadata=described(source),
        description=source.description,
        pool=POOL,
    )
    def converted(
        context: dg.AssetExecutionContext,
        config: Conversion,
        inputs: dg.ResourceParam[RunInputs],
    ) -> dg.MaterializeResult[None]:
        items = _to_convert(settings, source, inputs.recorded(), config.convert_again)
        forget_refused(settings.ledger_dir, source)
        for item in items:
            context.log.info("%s %s: to be converted", source.name, item.period)
        refused = _converted(settings, items)
        if refused and settings.landing.unrecognized == "block":
            raise failure(refused)
        for sentence in refused:
            context.log.warning("%s", sentence)
        if source.table == "focus":
            for period in _periods(settings, source):
                evaluate_partition(settings, source, period)
        shown = _of_source(settings, source, [item.period for item in items])
        if inputs.note:
            shown.setdefault("note", dg.MetadataValue.text(inputs.note))
        return dg.MaterializeResult(metadata=shown)

    return converted


def _to_convert(
    settings: Settings, source: Source, inputs: Inputs, again: Sequence[str]
) -> list[Stale]:
    """Give the stale months of a source, and those that the run was told to convert."""
    found = converted_again(settings.ledger_dir, source, again, inputs.landing)
    stale = [*inputs.stale_of(source), *found]
    return sorted({item.period: item for item in stale}.values(), key=_period)


def _period(item: Stale) -> str:
    return item.period


def _periods(settings: Settings, source: Source) -> list[str]:
    """Give the months that the ledger has of a source."""
    found = partitions(settings.ledger_dir, source.table, source.name)
    return [place.name for place in found]


def _of_source(
    settings: Settings, source: Source, converted: list[str]
) -> dict[str, dg.MetadataValue]:
    """Show what the ledger has of a source, in all and of each month."""
    if not _periods(settings, source):
        return {"note": dg.MetadataValue.text("no delivery of this source has arrived")}
    everything = sql_files(settings.ledger_dir, source.table, source.name)
    head, rows = by_month(everything, source.table)
    shown = _metadata(summarize(everything, source.table))
    shown["converted"] = dg.MetadataValue.text(", ".join(converted) or "none")
    if rows:
        shown["months"] = dg.MetadataValue.md(markdown(head, rows))
        shown["first month"] = dg.MetadataValue.text(str(rows[-1][0]))
        shown["last month"] = dg.MetadataValue.text(str(rows[0][0]))
    return shown


def _converted(settings: Settings, items: Sequence[Stale]) -> list[str]:
    """Convert months; give what is wrong with deliveries that they are made without."""
    try:
        found = [*convert_all(settings, items, writer(settings))]
    except TransientError as error:
        raise dg.RetryRequested(max_retries=3, seconds_to_wait=5) from error
    except ExportError as error:  # no delivery is to blame, but the Spark
        raise failure([str(error)]) from error
    return [one.refusal().sentence for refused in found for one in refused]


def _table_asset(
    table: str, sources: list[Source], settings: Settings
) -> dg.AssetsDefinition:
    @dg.asset(
        key=table_key(table),
        deps=[source_key(source) for source in sources],
        group_name="ledger",
        owners=OWNERS,
        kinds=PARQUET,
        tags=tags_of("ledger", "tables"),
        metadata={
            "dagster/column_schema": columns_of(table),
            **(
                page("conformance.md")
                if table == "focus"
                else page("usage-tables.md", table)
            ),
        },
        description=_description(table),
        required_resource_keys=HOME,
        pool=POOL,
    )
    def whole_table() -> dg.MaterializeResult[None]:
        write_stub(settings.ledger_dir, table)
        everything = sql_files(settings.ledger_dir, table)
        return dg.MaterializeResult(metadata=_metadata(summarize(everything, table)))

    return whole_table


def _description(table: str) -> str:
    if table == "focus":
        return "The ledger: every charge of every source in FOCUS 1.4."
    return f"{TABLES[table].description} {TABLES[table].grain}"


def row_counts_asset(settings: Settings) -> dg.AssetsDefinition:
    """Give the asset that counts rows, and says which deliveries were refused."""

    @dg.asset(
        key=ROW_COUNTS,
        deps=[table_key(table) for table in ("focus", *TABLES)],
        group_name="ledger",
        owners=OWNERS,
        kinds=PARQUET,
        tags=tags_of("ledger", "tables"),
        metadata={"dagster/column_schema": ROW_COUNT_COLUMNS},
        description=(
            "How many rows of each delivery the ledger holds, and how many are not in "
            "it as rows of their own, by reason; both stand in the files themselves."
        ),
        required_resource_keys=HOME,
        pool=POOL,
    )
    def row_counts() -> dg.MaterializeResult[None]:
        refused = refused_in(settings.ledger_dir)
        mark_refused(
            settings.deliveries_file,
            {(one.delivery_id, one.period): one.reason for one in refused},
        )
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


def _metadata(summary: Mapping[str, object]) -> dict[str, dg.MetadataValue]:
    told = dict(summary)
    preview, rows = told.pop("preview"), told.pop("rows")
    return {
        "dagster/row_count": dg.MetadataValue.int(int(str(rows))),
        **amounts(told),
        "preview": dg.MetadataValue.md(str(preview)),
    }
