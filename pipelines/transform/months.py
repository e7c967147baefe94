"""Months of relations: conditions of their rows, and the content of each.

A bill is of a month, and so is the day of a charge, which may be on a later bill. A
model says in its meta which of its columns has which month::

    months: {billing: billing_period_start, charge: charge_date}
    made_by_month: billing

This one is made month by month of bills, each of that month of those inputs that have
it, too. Belongs here: what a month is, and what is known of one. Does not belong here:
whether one is made (``runner``).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import duckdb

# Rows that a query reads at most, where it is of several months: what DuckDB holds of
# them fits in the memory limit, and 14 small months cost one query.
ROWS_AT_ONCE = 500_000
_LAST_MONTH = 12


class MonthError(Exception):
    """Rows have no month; the message says how many."""


@dataclass(frozen=True, slots=True)
class Span:
    """Months in a row, such as 2026-09 to 2026-10.

    Attributes:
        first: as the name of a partition has it.
        last: the same, included.
    """

    first: str
    last: str

    def condition(self, column: str) -> str:
        """Give the SQL condition of rows whose date or timestamp is in these months."""
        until = _after(self.last)
        return f"{column} >= date '{self.first}-01' and {column} < date '{until}-01'"

    def __str__(self) -> str:
        """Name the months: 2026-09, or 2026-09 to 2026-10."""
        ends = dict.fromkeys((self.first, self.last))
        return " to ".join(ends)

    def __contains__(self, month: str) -> bool:
        """Return whether it has a month."""
        return self.first <= month <= self.last


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of a relation that are of one month.

    Attributes:
        made: the month with which they were made; '' where all were made at once.
        kind: what the month is of: billing or charge; '' of a relation without months.
        month: which, as in 2026-09.
        rows: how many.
        total: the sum of the hashes of the rows.
        parity: the exclusive or of these.
    """

    made: str
    kind: str
    month: str
    rows: int
    total: int
    parity: int


def content(parts: Iterable[Part], columns: str) -> tuple[str, int]:
    """Hash rows with their columns, whatever the order; count the rows.

    Sum and exclusive or of a 64-bit hash of each row: a change that leaves both as they
    are does not happen by chance. Both add up over parts.
    """
    rows = total = parity = 0
    for part in parts:
        rows, total, parity = rows + part.rows, total + part.total, parity ^ part.parity
    return f"{rows} {total} {parity} {columns}", rows


def columns_of(db: duckdb.DuckDBPyConnection, relation: str) -> str:
    """Give the columns of a relation with their types."""
    rows = db.execute(f"describe {relation}").fetchall()
    return ",".join(f"{name} {kind}" for name, kind, *_ in rows)


def parts_of(
    db: duckdb.DuckDBPyConnection,
    relation: str,
    months: Mapping[str, str] | None = None,
    made_by: str = "",
    span: Span | None = None,
) -> list[Part]:
    """Read what a relation has of each month.

    Args:
        db: where it is.
        relation: its name.
        months: columns with dates or timestamps, by what their month is of; without
            one all rows are one part.
        made_by: which of them it was made by; '' where by none.
        span: the months of ``made_by`` that are read; all without it.

    Raises:
        MonthError: rows have no month.
    """
    months = months or {}
    names = [f"strftime({column}, '%Y-%m')" for column in months.values()]
    where = f"where {span.condition(months[made_by])}" if span else ""
    found = db.execute(
        f"select {''.join(name + ', ' for name in names)}count(*), "
        "coalesce(sum(hash(r)), 0), coalesce(bit_xor(hash(r)), 0) "
        f"from {relation} as r {where} {'group by all' if names else ''}"
    ).fetchall()
    parts: dict[tuple[str, str, str], Part] = {}
    for *values, rows, total, parity in found:
        of = dict(zip(months, values, strict=True)) or {"": ""}
        for kind, month in of.items():
            if month is None:
                raise MonthError(
                    f"{rows} of its rows have no {months[kind]}, so no month has them"
                )
            key = (of[made_by] if made_by else "", kind, month)
            old = parts.get(key, Part(*key, 0, 0, 0))
            parts[key] = Part(
                *key, old.rows + rows, old.total + total, old.parity ^ parity
            )
    return list(parts.values())


def spans(wanted: Collection[str], rows: Mapping[str, int]) -> Iterator[Span]:
    """Join months that follow each other, as long as few rows are read at once.

    Args:
        wanted: the months.
        rows: how many rows are read of each month that is there, wanted or not: a
            month between two that is not there is no border.
    """
    first = last = ""
    total = 0
    for month in sorted({*rows, *wanted}):
        if month not in wanted or (first and total + rows.get(month, 0) > ROWS_AT_ONCE):
            if first:
                yield Span(first, last)
            first, total = "", 0
        if month in wanted:
            first, last = first or month, month
            total += rows.get(month, 0)
    if first:
        yield Span(first, last)


def _after(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    if number == _LAST_MONTH:
        return f"{year + 1:04}-01"
    return f"{year:04}-{number + 1:02}"
