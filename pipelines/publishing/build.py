"""The build database: empty at first, with an id, and views on what dbt reads.

Belongs here: how a build begins. Does not belong here: what is checked of it
(``audit``), what dbt makes in it, and how it becomes a version (``versions``).
"""

import secrets

import duckdb

from pipelines.landing.source import quoted
from pipelines.ledger.tally import ledger_rows, left_out
from pipelines.publishing import audit
from pipelines.reference.tables import REFERENCE_TABLES
from pipelines.settings import Settings
from pipelines.sources.tables import TABLES


def start_build(settings: Settings) -> str:
    """Begin a build: an empty database with a new id, and an audit without checks."""
    build_id = secrets.token_hex(8)
    settings.build_dir.mkdir(parents=True, exist_ok=True)
    for leftover in settings.build_dir.glob("warehouse.duckdb*"):
        leftover.unlink()
    with duckdb.connect(str(settings.build_database)) as db:
        db.execute("create schema meta")
        db.execute(f"create table meta.build as select {quoted(build_id)} as build_id")
        _create_source_views(db, settings)
    audit.begin(settings, build_id)
    return build_id


def _create_source_views(db: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Show dbt its sources: the ledger's tables, deliveries and reference tables."""
    db.execute("create schema ledger")
    for table in ("focus", *TABLES):
        parts = quoted(settings.ledger_dir / table / "*" / "*.parquet")
        db.execute(
            f"create view ledger.{table} as "
            f"select * from read_parquet({parts}, union_by_name = true)"
        )
    db.execute("create schema landing")
    db.execute(f"create view landing.rows_left_out as {left_out(settings.ledger_dir)}")
    delivered = [t.name for t in TABLES.values() if "delivery_id" in t.types]
    counts = ledger_rows(settings.ledger_dir, delivered)
    db.execute(f"create view landing.ledger_rows as {counts}")
    files = {"deliveries": settings.deliveries_file} | {
        table.name: settings.reference_file(table.name) for table in REFERENCE_TABLES
    }
    for name, file in files.items():
        db.execute(
            f"create view landing.{name} as select * from read_parquet({quoted(file)})"
        )
