"""Reference: the small tables beside the ledger that models read, one asset each."""

import dagster as dg
import pyarrow as pa

from pipelines.defs.decoration import tags_of
from pipelines.defs.home import HOME, POOL
from pipelines.defs.owners import OWNERS
from pipelines.ledger.partitions import write_stub
from pipelines.ledger.summary import SHOWN_ROWS, markdown
from pipelines.reference.tables import REFERENCE_TABLES, ReferenceTable
from pipelines.settings import Settings


def reference_key(name: str) -> dg.AssetKey:
    """Give the asset key of a reference table."""
    return dg.AssetKey(["reference", name])


REFERENCE_KEYS = frozenset(reference_key(table.name) for table in REFERENCE_TABLES)


def reference_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """Give one asset per reference table."""
    return [_reference_asset(table, settings) for table in REFERENCE_TABLES]


def _reference_asset(table: ReferenceTable, settings: Settings) -> dg.AssetsDefinition:
    @dg.asset(
        key=reference_key(table.name),
        deps=[
            *(dg.AssetKey(["ledger", name]) for name in table.ledger),
            *(reference_key(name) for name in table.reference),
        ],
        group_name="reference",
        required_resource_keys=HOME,
        pool=POOL,
        owners=OWNERS,
        kinds={"python", "parquet"},
        tags=tags_of("reference", table.name),
        metadata={"dagster/column_schema": _columns(table)},
        description=table.description,
    )
    def reference_table() -> dg.MaterializeResult[None]:
        for name in table.ledger:
            write_stub(settings.ledger_dir, name)
        written = table.record(settings)
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": written.num_rows,
                "preview": dg.MetadataValue.md(_preview(written)),
            }
        )

    return reference_table


def _columns(table: ReferenceTable) -> dg.TableSchema:
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                field.name, str(field.type), description=table.meanings[field.name]
            )
            for field in table.schema
        ]
    )


def _preview(written: pa.Table) -> str:
    """Lay out the first rows; a table of one wide row stands upright."""
    rows = [tuple(row.values()) for row in written.slice(0, SHOWN_ROWS).to_pylist()]
    if written.num_columns > SHOWN_ROWS * 2 and len(rows) == 1:
        pairs = zip(written.column_names, rows[0], strict=True)
        return markdown(["name", "value"], list(pairs))
    return markdown(written.column_names, rows)
