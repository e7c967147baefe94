"""Rows in = rows out + rows left out by name: what a partition's deliveries held.

A source says of every row that it read whether it is in the ledger or why not. The
rows that were written are counted again in the written file, so a join that repeats
or loses a row stops the conversion.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from pipelines.landing.source import ExportError, quoted
from pipelines.ledger.files import period_of, sql_files

LEFT_OUT_KEY = "unitmill.left_out"
REPLACED = "a newer delivery has its day"


@dataclass(slots=True)
class Tally:
    """What one delivery held of a period.

    Attributes:
        kept: rows that are in the ledger as rows of their own.
        left_out: rows that are not, by reason.
    """

    kept: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


def tally(db: duckdb.DuckDBPyConnection, counts: str) -> dict[str, Tally] | None:
    """Run a source's count: delivery_id, reason (NULL: kept) and row_count."""
    if not counts:
        return None
    found: dict[str, Tally] = {}
    for delivery_id, reason, rows in db.execute(counts).fetchall():
        delivery = found.setdefault(delivery_id, Tally())
        if reason is None:
            delivery.kept += rows
        elif rows:
            delivery.left_out[reason] += rows
    return found


def is_replaced(left: Mapping[str, AbstractSet[tuple[str, date]]]) -> str:
    """Give the condition of charges that a newer delivery has again.

    Args:
        left: by delivery, the accounts and days that only it has.
    """
    parts = []
    for delivery_id, kept in left.items():
        days = ", ".join(
            f"({quoted(account)}, date {quoted(day.isoformat())})"
            for account, day in sorted(kept)
        )
        named = "coalesce(BillingAccountId, '')"
        if all(account == "" for account, _ in kept):
            named = "''"
        parts.append(
            f"(x_DeliveryId = {quoted(delivery_id)} and "
            f"({named}, cast(ChargePeriodStart as date)) not in ({days}))"
        )
    return " or ".join(parts)


def move_replaced(
    db: duckdb.DuckDBPyConnection,
    rows: str,
    replaced: str,
    tallies: dict[str, Tally] | None,
) -> dict[str, Tally]:
    """Count rows of days that a newer delivery has again as left out.

    Args:
        db: the connection.
        rows: SELECT of the rows before any was taken out.
        replaced: the condition of ``is_replaced``.
        tallies: what the source counted; None where it left out no row.
    """
    counts = db.execute(
        f"select x_DeliveryId, count(*), count(*) filter (where {replaced}) "
        f"from ({rows}) where coalesce(x_SourceRowPart, 1) = 1 group by all"
    ).fetchall()
    found = tallies or {name: Tally(kept=rows) for name, rows, _ in counts}
    for name, _, again in counts:
        if again:
            found[name].kept -= again
            found[name].left_out[REPLACED] += again
    return found


def refuse_difference(  # noqa: PLR0913, PLR0917 - what was read, and what was written
    db: duckdb.DuckDBPyConnection,
    place: str,
    table: str,
    tallies: dict[str, Tally] | None,
    written: Path,
    before: Mapping[str, int],
) -> None:
    """Compare what was read with what was written; None: row numbers say it.

    Args:
        db: the connection.
        place: what is converted, for the refusal.
        table: that it is of.
        tallies: what the source counted.
        written: the rows.
        before: the number before the first row of each delivery; 0 of those not named.

    Raises:
        ExportError: a delivery's rows were repeated or lost on their way.
    """
    rows = _numbered(db, table, written, distinct=tallies is None)
    made = {name: count for name, count, _, _ in rows}
    if tallies is not None:
        read = {name: found.kept for name, found in tallies.items()}
    else:
        # Numbers run on: the last one is how many there were. A repeated row cannot
        # hide a lost one.
        read = {name: last - before.get(name, 0) for name, _, _, last in rows}
        made |= {name: once for name, _, once, _ in rows if once != read[name]}
    for name in {*made, *read}:
        if made.get(name, 0) != read.get(name, 0):
            raise ExportError(
                f"{place}: {read.get(name, 0)} rows of {name} were read for the "
                f"ledger, {made.get(name, 0)} were made; expected as many"
            )


def numbers_in(
    db: duckdb.DuckDBPyConnection, table: str, written: Path, before: Mapping[str, int]
) -> dict[str, tuple[int, int]]:
    """Give the number before each delivery's first row, and that of its last one."""
    rows = _numbered(db, table, written, distinct=False)
    return {name: (before.get(name, 0), last) for name, _, _, last in rows}


def _numbered(
    db: duckdb.DuckDBPyConnection, table: str, written: Path, *, distinct: bool
) -> list[tuple[str, int, int, int]]:
    """Give of each delivery its rows, how many numbers they have, and the last one."""
    delivery, number, own = "delivery_id", "source_row_number", "true"
    if table == "focus":
        delivery, number, own = (
            "x_DeliveryId",
            "x_SourceRowNumber",
            "x_SourceRowPart = 1",
        )
    once = f"count(distinct {number})" if distinct else "null"
    return db.execute(
        f"select {delivery}, count(*), {once}, max({number}) "
        f"from read_parquet({quoted(written)}) where {own} group by all"
    ).fetchall()


def left_out(ledger_dir: Path) -> str:
    """Give the SELECT of what all partitions left out: delivery, period, reason, rows.

    It stands in the metadata of the files, so rows and record cannot differ.
    """
    shape = '[{"delivery_id": "VARCHAR", "reason": "VARCHAR", "row_count": "BIGINT"}]'
    return f"""
        select
            entry.delivery_id,
            period,
            entry.reason,
            cast(sum(entry.row_count) as bigint) as row_count
        from (
            select
                {period_of("file_name")} as period,
                unnest(from_json(decode(value), {quoted(shape)})) as entry
            from parquet_kv_metadata({sql_files(ledger_dir)})
            where decode(key) = {quoted(LEFT_OUT_KEY)}
        )
        group by all
    """


def ledger_rows(ledger_dir: Path, tables: Iterable[str]) -> str:
    """Give the SELECT of how many rows of each delivery the tables hold.

    It has ``table_name``, ``delivery_id``, ``period`` and ``row_count``.
    """
    parts = (
        f"""
        select
            {quoted(table)} as table_name,
            delivery_id,
            {period_of("filename")} as period,
            count(*) as row_count
        from read_parquet(
            {sql_files(ledger_dir, table)},
            union_by_name = true,
            filename = true
        )
        group by all
        """
        for table in tables
    )
    return " union all ".join(parts)


def as_json(tallies: dict[str, Tally] | None) -> str:
    """Write what was left out as JSON, for the metadata of the partition."""
    return json.dumps(list(_entries(tallies or {})), sort_keys=True)


def _entries(tallies: dict[str, Tally]) -> Iterable[dict[str, object]]:
    for delivery_id, found in sorted(tallies.items()):
        for reason, rows in sorted(found.left_out.items()):
            yield {"delivery_id": delivery_id, "reason": reason, "row_count": rows}
