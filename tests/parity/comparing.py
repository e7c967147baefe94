"""What the tables of two build databases differ in, row for row."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.transform.graph import Node


@dataclass(frozen=True)
class Difference:
    """A model of which the engines say different rows.

    Attributes:
        name: of the model.
        rows: how many it has on DuckDB.
        only_duckdb: rows that only DuckDB has.
        only_spark: rows that only Spark has.
        columns: those that have other values, with how many.
    """

    name: str
    rows: int
    only_duckdb: int
    only_spark: int
    columns: tuple[tuple[str, int], ...]

    def __str__(self) -> str:
        """Say it in one line."""
        columns = ", ".join(f"{name} ({count})" for name, count in self.columns)
        return (
            f"{self.name}: {self.only_duckdb} of {self.rows} rows only on DuckDB, "
            f"{self.only_spark} only on Spark; columns: {columns or 'none alone'}"
        )


def differences(
    duck: Path, spark: Path, nodes: Sequence[Node]
) -> Iterator[tuple[Node, Difference | None]]:
    """Compare the tables of models by `except all` both ways.

    Args:
        duck: the build database that DuckDB made.
        spark: the one that Spark made.
        nodes: the models.
    """
    with duckdb.connect(config={"memory_limit": "2GB", "threads": 1}) as db:
        db.execute(f"attach '{duck}' as duck (read_only)")
        db.execute(f"attach '{spark}' as warehouse (read_only)")
        for node in nodes:
            yield node, _difference(db, node)


def _difference(db: duckdb.DuckDBPyConnection, node: Node) -> Difference | None:
    ours = f'duck."{node.layer}"."{node.table}"'
    theirs = node.relation
    described = db.execute(f"describe {ours}").fetchall()
    assert described == db.execute(f"describe {theirs}").fetchall(), node.name
    only_ours, only_theirs = _only(db, ours, theirs), _only(db, theirs, ours)
    if not only_ours and not only_theirs:
        return None
    columns = (f'"{name}"' for name, *_ in described)
    found = {name: _only(db, ours, theirs, name) for name in columns}
    return Difference(
        node.name,
        _count(db, f"from {ours}"),
        only_ours,
        only_theirs,
        tuple((name, count) for name, count in found.items() if count),
    )


def _only(db: duckdb.DuckDBPyConnection, one: str, other: str, columns="*") -> int:
    """Count the rows that one has more often than the other."""
    return _count(
        db,
        f"from (select {columns} from {one} except all select {columns} from {other})",
    )


def _count(db: duckdb.DuckDBPyConnection, of: str) -> int:
    [(count,)] = db.execute(f"select count(*) {of}").fetchall()
    return count
