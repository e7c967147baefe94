"""What a build database remembers of each node that was made or asked in it.

Belongs here: the records, the content of relations, and whether the database is still
the one that was left. Does not belong here: what follows from them (``runner``).
"""

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from pathlib import Path

import duckdb

from pipelines.files import DamagedError, read_sealed, sha256_of, write_sealed
from pipelines.publishing.fingerprint import code_of_models
from pipelines.settings import Settings

TABLE = """
create table if not exists meta.nodes (
    node_id varchar,
    made_of varchar,
    content varchar,
    row_count bigint,
    status varchar
)
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a node.

    Attributes:
        node_id: as dbt calls it.
        made_of: a hash of its code and of the content of all that it read.
        content: a hash of its rows, whatever their order.
        row_count: its rows; of a test those that fail.
        status: made; of a test pass, fail or warn.
    """

    node_id: str
    made_of: str
    content: str
    row_count: int
    status: str


def load(db: duckdb.DuckDBPyConnection) -> dict[str, Kept]:
    """Read all records, of a database that may have none yet."""
    db.execute(TABLE)
    rows = db.execute("select * from meta.nodes").fetchall()
    return {str(row[0]): Kept(*row) for row in rows}


def save(db: duckdb.DuckDBPyConnection, records: Iterable[Kept]) -> None:
    """Write all records in place of those that are there.

    Once a run: a database whose run was killed is not gone on with, and a transaction
    for each node took a seventh of a run.
    """
    db.execute("begin")
    db.execute("delete from meta.nodes")
    rows = [astuple(one) for one in records]
    if rows:
        db.executemany("insert into meta.nodes values (?, ?, ?, ?, ?)", rows)
    db.execute("commit")


def content_of(db: duckdb.DuckDBPyConnection, relation: str) -> tuple[str, int]:
    """Hash the columns and rows of a relation, whatever their order; count the rows.

    Sum and exclusive or of a 64-bit hash of each row: a change that leaves both as they
    are does not happen by chance.
    """
    rows = db.execute(f"describe {relation}").fetchall()
    columns = ",".join(f"{name} {kind}" for name, kind, *_ in rows)
    row = db.execute(
        "select count(*), coalesce(sum(hash(r)), 0), coalesce(bit_xor(hash(r)), 0) "
        f"from {relation} as r"
    ).fetchone()
    assert row
    count, total, parity = row
    return f"{count} {total} {parity} {columns}", int(count)


def is_as_left(settings: Settings) -> bool:
    """Return whether the build database is what the last run left, of the same code."""
    try:
        seal = read_sealed(_place(settings))
    except (DamagedError, FileNotFoundError):
        return False
    return settings.build_database.exists() and seal.items() >= _seal(settings).items()


def leave(settings: Settings) -> None:
    """Remember the build database as it is, so that the next build goes on from it."""
    write_sealed(_place(settings), _seal(settings))


def forget_kept(settings: Settings) -> None:
    """Let the next build start from an empty database."""
    _place(settings).unlink(missing_ok=True)


def _seal(settings: Settings) -> dict[str, str]:
    database = sha256_of(settings.build_database)
    return {"database": database, "code": code_of_models()}


def _place(settings: Settings) -> Path:
    return settings.build_dir / "kept.json"
