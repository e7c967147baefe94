"""Rows that are read several times, made once: temporary tables named by their SQL.

Belongs here: whether a table was made, and keeping few rows. Does not belong here: what
is made, and how long it stays (``ledger.connection``).
"""

from hashlib import sha256

import duckdb

# Some 100 MB of calls. What is more is read again instead of being kept.
MOST_ROWS = 200_000


def named(kind: str, sql: str) -> str:
    """Name the table of a SELECT: the same text gives the same name."""
    return f"{kind}_{sha256(sql.encode()).hexdigest()[:16]}"


def is_made(db: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Return whether a temporary table of this name is there."""
    found = db.execute(
        "select 1 from duckdb_tables() where temporary and table_name = $1", [table]
    )
    return found.fetchone() is not None


def kept(db: duckdb.DuckDBPyConnection, table: str, sql: str) -> bool:
    """Make the table of a SELECT unless it has too many rows to keep.

    Returns:
        Whether the table is there.
    """
    made = db.execute(
        f"create temp table {table} as select * from ({sql}) limit {MOST_ROWS + 1}"
    ).fetchone()
    if made and made[0] <= MOST_ROWS:
        return True
    db.execute(f"drop table {table}")
    return False
