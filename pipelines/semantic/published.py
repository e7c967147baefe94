"""What a published version says of itself: its marts, their columns, its metrics.

Belongs here: reading names, types and comments. Does not belong here: rows of a mart.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.semantic.metrics import Metric

_METRIC = (
    "metric",
    "mart",
    "column",
    "numerator",
    "denominator",
    "per",
    "filter",
    "time_column",
    "currency_column",
    "description",
    "trap",
)


class UndescribedError(Exception):
    """The version is older than what describes it; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a published table."""

    name: str
    type: str
    description: str


@dataclass(frozen=True, slots=True)
class Table:
    """A published table with what is measured in it."""

    name: str
    description: str
    fields: tuple[Field, ...]
    metrics: tuple[Metric, ...]

    @property
    def time_column(self) -> str | None:
        """The date or timestamp by which its rows are followed."""
        named = [metric.time_column for metric in self.metrics if metric.time_column]
        names = [field.name for field in self.fields]
        usual = [t for t in ("charge_date", "billing_period_start") if t in names]
        return next(iter(named + usual), None)


def tables(database: Path, marts: Iterable[str]) -> list[Table]:
    """Give these marts of a version, by name, each with columns and metrics.

    Raises:
        UndescribedError: the version has no table ``metrics``.
    """
    with duckdb.connect(str(database), read_only=True) as db:
        metrics = metrics_of(db)
        fields: dict[str, list[Field]] = {}
        for table, name, kind, comment in db.execute(
            "select table_name, column_name, data_type, comment from duckdb_columns() "
            "where database_name = current_database() "
            "order by table_name, column_index"
        ).fetchall():
            fields.setdefault(table, []).append(Field(name, kind, comment or ""))
        comments = dict(
            db.execute("select table_name, comment from duckdb_tables()").fetchall()
        )
    return [
        Table(
            name,
            comments.get(name) or "",
            tuple(fields[name]),
            tuple(metric for metric in metrics if metric.mart == name),
        )
        for name in sorted(marts)
        if name in fields
    ]


def metrics_of(db: duckdb.DuckDBPyConnection) -> list[Metric]:
    """Give what a version measures, by name.

    Raises:
        UndescribedError: it has no table ``metrics``.
    """
    names = ", ".join(f'"{name}"' for name in _METRIC)
    try:
        rows = db.execute(f"select {names} from metrics order by metric").fetchall()
    except duckdb.CatalogException as error:
        raise UndescribedError(
            "the version has no table metrics: an older release published it; run "
            "unitmill build"
        ) from error
    return [Metric(**dict(zip(_METRIC, row, strict=True))) for row in rows]
