"""Recognize the file of prepaid credits, and find the months in its rows.

Belongs here: its columns, which files are claimed or refused, and their months: those
of purchases, and those in which something expired. What a row means is in
``convert.sql``.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import PurePosixPath

import duckdb

from pipelines.landing.faults import message_of
from pipelines.landing.source import LOOK_INSIDE, Candidate, Drop, ExportError, quoted
from pipelines.sources.formats.csv_cells import (
    TYPES,
    Check,
    Checks,
    Column,
    positions,
    refuse_missing,
    scan,
    typed,
)
from pipelines.sources.formats.package_files import rows_beside

TELLING = {"ledger_source", "purchased_on", "expires_on"}
CHECKS: Checks = {
    "invoice_id": Check(
        "row_number() over (partition by vendor, invoice_id order by row_number) = 1",
        "an invoice that no other row of the vendor has",
    ),
    "expires_on": Check("expires_on > purchased_on", "a date after purchased_on"),
    "expired_amount": Check(
        "expired_amount is null or expired_amount <= amount and expires_on is not null",
        "at most amount, beside expires_on",
    ),
}


@cache
def known() -> tuple[Column, ...]:
    """Give the columns of the file."""
    return tuple(
        Column(row["name"], TYPES[row["type"]], required=row["needed"] == "yes")
        for row in rows_beside(__package__, "columns.csv")
    )


def claims(candidate: Candidate) -> bool:
    """Return whether a file lists prepaid credits."""
    if candidate.format != "csv":
        return False
    return positions(candidate.columns).keys() >= TELLING


def drops(candidates: Sequence[Candidate]) -> Iterator[Drop]:
    """Give a drop per month; a newer file of a folder replaces the months it names.

    A purchase and its expiry are one row in two months, and a delivery's row number
    must name the charges of one.

    Raises:
        ExportError: a file lacks a column or has no rows, or a cell cannot be true.
    """
    for file in candidates:
        refuse_missing("prepaid", file, known())
        try:
            months = _months(file)
        except duckdb.Error as error:
            raise ExportError(message_of("prepaid", file, error)) from error
        if not months:
            raise ExportError(f"prepaid: {file.name}: no rows; expected one at least")
        scope = str(PurePosixPath(file.name).parent)
        for month in months:
            yield Drop((file,), (month,), scope, file.modified)


def _months(file: Candidate) -> tuple[str, ...]:
    placed = (
        f"select '' as delivery_id, {quoted(file.name)} as file_name, * "
        f"from ({scan(file, known())})"
    )
    with duckdb.connect(config=LOOK_INSIDE) as db:
        found = db.execute(
            "select distinct strftime(day, '%Y-%m') from (select unnest(["
            "purchased_on, case when expired_amount is not null then expires_on end]) "
            f"as day from ({typed(placed, known(), CHECKS)})) "
            "where day is not null order by all"
        ).fetchall()
    return tuple(str(month) for (month,) in found)
