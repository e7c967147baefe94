"""What a build database remembers of each node that was made or asked in it.

Belongs here: the records, the content of relations, and whether the database is still
the one that was left. Does not belong here: what follows from them (``runner``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.files import DamagedError, read_sealed, sha256_of, write_sealed
from pipelines.publishing.fingerprint import code_of_models
from pipelines.settings import Settings
from pipelines.transform.months import Part, columns_of, content, parts_of

_COLUMNS = ("made_of", "content", "row_count", "status", "columns")
_TABLES = {
    "meta.nodes": "node_id varchar, made_of varchar, content varchar, "
    "row_count bigint, status varchar, columns varchar",
    "meta.node_months": "node_id varchar, month varchar, made_of varchar",
    "meta.node_parts": "node_id varchar, made varchar, kind varchar, "
    "month varchar, row_count bigint, total varchar, parity varchar",
}


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a node.

    Attributes:
        made_of: a hash of its code and of the content of all that it read; of a node
            that is made by month ''.
        content: a hash of its rows, whatever their order.
        row_count: its rows; of a test those that fail; None of a view that nobody read.
        status: made; of a test pass, fail or warn.
        columns: their names and types.
        months: of a node that is made by month, what each month was made of.
        parts: its rows by month, where it can be read by month.
    """

    made_of: str
    content: str
    row_count: int | None
    status: str
    columns: str = ""
    months: Mapping[str, str] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()

    @property
    def made(self) -> Mapping[str, str]:
        """Give what each month was made of; of a node that was made at once, of ''."""
        return self.months or {"": self.made_of}


def load(db: duckdb.DuckDBPyConnection) -> dict[str, Kept]:
    """Read all records by node, of a database that may have none yet."""
    for name, columns in _TABLES.items():
        db.execute(f"create table if not exists {name} ({columns})")
    months: dict[str, dict[str, str]] = {}
    for node, month, made_of in db.execute("from meta.node_months").fetchall():
        months.setdefault(node, {})[month] = made_of
    parts: dict[str, list[Part]] = {}
    rows = db.execute("from meta.node_parts").fetchall()
    for node, made, kind, month, count, total, parity in rows:
        part = Part(made, kind, month, count, int(total), int(parity))
        parts.setdefault(node, []).append(part)
    return {
        node: Kept(
            made_of,
            content,
            row_count,
            status,
            columns,
            months.get(node, {}),
            tuple(parts.get(node, ())),
        )
        for node, made_of, content, row_count, status, columns in db.execute(
            "from meta.nodes"
        ).fetchall()
    }


def save(db: duckdb.DuckDBPyConnection, records: Mapping[str, Kept]) -> None:
    """Write all records in place of those that are there.

    Once a run: a database whose run was killed is not gone on with, and a transaction
    for each node took a seventh of a run.
    """
    rows: dict[str, list[tuple[str | int, ...]]] = {name: [] for name in _TABLES}
    for node, kept in records.items():
        rows["meta.nodes"].append((node, *(getattr(kept, one) for one in _COLUMNS)))
        rows["meta.node_months"] += [(node, *one) for one in kept.months.items()]
        rows["meta.node_parts"] += [
            (node, p.made, p.kind, p.month, p.rows, str(p.total), str(p.parity))
            for p in kept.parts
        ]
    db.execute("begin")
    for name, values in rows.items():
        db.execute(f"delete from {name}")
        if values:
            columns = zip(*values, strict=True)
            table = pa.table({str(n): list(c) for n, c in enumerate(columns)})
            db.register("kept_by_python", table)
            db.execute(f"insert into {name} from kept_by_python")
            db.unregister("kept_by_python")
    db.execute("commit")


def content_of(db: duckdb.DuckDBPyConnection, relation: str) -> tuple[str, int]:
    """Hash the columns and rows of a relation, whatever their order; count the rows."""
    return content(parts_of(db, relation), columns_of(db, relation))


def is_as_left(settings: Settings) -> bool:
    """Return whether the build database is what the last run left, of the same code."""
    try:
        seal = read_sealed(_place(settings))
    except (DamagedError, FileNotFoundError):
        return False
    return settings.build_database.exists() and seal.items() >= _seal(settings).items()


def leave(settings: Settings) -> str:
    """Remember the build database as it is, so that the next build goes on from it.

    Returns:
        The hash of its bytes.
    """
    seal = _seal(settings)
    write_sealed(_place(settings), seal)
    return seal["database"]


def forget_kept(settings: Settings) -> None:
    """Let the next build start from an empty database."""
    _place(settings).unlink(missing_ok=True)


def _seal(settings: Settings) -> dict[str, str]:
    database = sha256_of(settings.build_database)
    return {"database": database, "code": code_of_models()}


def _place(settings: Settings) -> Path:
    return settings.build_dir / "kept.json"
