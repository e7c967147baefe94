"""Failing rows of a check as one sentence: where they are from, and what is wrong.

Belongs here: reading the rows that a build keeps of a failed test, and saying the
first of them. Does not belong here: what is wrong with a row, which its test says in
SQL in the column ``objection``, nor which checks there are (``audit``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb
import pyarrow.parquet as pq

from pipelines.settings import Settings

OBJECTION = "objection"
SHOWN_ROWS = 10
# How many values are told of a row of which the test itself says nothing.
TOLD_VALUES = 6
# What already stands at the head of a sentence.
PLACE = {
    "source_name",
    "billing_period",
    "billing_period_start",
    "delivery_id",
    "source_row_number",
}

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class FailingRows:
    """The rows that broke a check: how many, and the first of them."""

    count: int
    names: tuple[str, ...]
    values: tuple[tuple[object, ...], ...]

    def first(self) -> Row:
        """Give the first row by column; empty where none was kept."""
        return dict(zip(self.names, self.values[0], strict=True)) if self.values else {}


def failing_rows(db: duckdb.DuckDBPyConnection, table: str) -> FailingRows | None:
    """Read what a build database keeps of a failed test; None where it has nothing."""
    try:
        rows = db.execute(
            f'select *, count(*) over () from audit."{table}" limit {SHOWN_ROWS}'
        )
    except duckdb.CatalogException:
        return None
    names = tuple(column[0] for column in rows.description or ())[:-1]
    found = rows.fetchall()
    count = int(found[0][-1]) if found else 0
    return FailingRows(count, names, tuple(row[:-1] for row in found))


def sentence(settings: Settings, rows: FailingRows, asset: str) -> str:
    """Say the first row, and how many more there are.

    Args:
        settings: whose deliveries name the files of a row.
        rows: of a failed check.
        asset: what the check is of; named where the row says nothing of itself.
    """
    row = rows.first()
    what = str(row[OBJECTION]) if row.get(OBJECTION) else f"{asset}: {_values(row)}"
    return starting_with(place_of(settings, row), what) + more(rows.count - 1, "row")


def starting_with(place: str, what: str) -> str:
    """Put the place in front, where there is one."""
    return f"{place}: {what}" if place else what


def more(count: int, what: str) -> str:
    """Say that there are more than the one that was told: `; and 3 more rows`."""
    return f"; and {_counted(count, what)}" if count > 0 else ""


def _counted(count: int, what: str) -> str:
    return f"{count:,} more {what}{'' if count == 1 else 's'}"


def place_of(settings: Settings, row: Row) -> str:
    """Say where a row is from: source, month, and row of a file."""
    period = row.get("billing_period") or row.get("billing_period_start")
    if isinstance(period, date):
        period = f"{period:%Y-%m}"
    place = " ".join(str(v) for v in (row.get("source_name"), period) if v)
    number, delivery = row.get("source_row_number"), row.get("delivery_id")
    if number is not None and delivery is not None:
        files = _files_of(settings, str(delivery))
        place += f", row {number} of {files or f'delivery {delivery}'}"
    return place


def _files_of(settings: Settings, delivery: str) -> str:
    """Name the files of a delivery; the rows of several are counted through."""
    if not settings.deliveries_file.exists():
        return ""
    table = pq.read_table(
        settings.deliveries_file,
        columns=["file_names"],
        filters=[("delivery_id", "=", delivery)],
    )
    names: Sequence[str] = next(iter(table.column(0).to_pylist()), [])
    if len(names) > 1:
        return f"{names[0]} and {_counted(len(names) - 1, 'file')}"
    return "".join(names)


def _values(row: Row) -> str:
    told = {k: v for k, v in row.items() if k not in PLACE and v is not None}
    return ", ".join(f"{k} {_text(v)}" for k, v in [*told.items()][:TOLD_VALUES])


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    return str(value)
