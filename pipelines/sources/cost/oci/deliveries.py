"""Recognize cost reports, and find the months in their rows.

Belongs here: which files are claimed or refused, their months and their numbers. A
tenancy gets new files only, so a file is a delivery and replaces no other.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import duckdb

from pipelines.landing.bills import Bill, named
from pipelines.landing.source import (
    LOOK_INSIDE,
    Candidate,
    Delivery,
    Drop,
    ExportError,
)
from pipelines.sources.cost.oci import columns, reading
from pipelines.sources.formats.months import DatedRows, months_of
from pipelines.sources.formats.parts import Part, part_of, refuse_gap

TELLING = {
    "lineItem/referenceNo",
    "lineItem/intervalUsageStart",
    "cost/productSku",
}
# A conversion asks for the same files that a scan of the exports folder asks for.
REMEMBERED = 4_096
# '0001000000612345.csv.gz', and '-00001' behind it where a report has parts.
NUMBERED = re.compile(r"(?:^|/)(\d{6,}(?:-\d+)?)\.csv(?:\.gz)?$", re.IGNORECASE)


def claims(candidate: Candidate) -> bool:
    """Return whether a file is a cost report of Oracle's own format."""
    if candidate.format != "csv":
        return False
    return columns.positions(candidate.columns).keys() >= TELLING


def drops(candidates: Sequence[Candidate]) -> Iterator[Drop]:
    """Give one drop per file.

    Raises:
        ExportError: a file lacks a column, or has a row without a time, or a part of a
            numbered report is missing.
    """
    _refuse_gaps(candidates)
    for file in candidates:
        found = columns.positions(file.columns)
        needed = [column.header for column in columns.known() if column.required]
        missing = [header for header in needed if header not in found]
        if missing:
            raise ExportError(
                f"oci: {file.name}: a cost report without {', '.join(missing)}; "
                "expected the file as Oracle wrote it"
            )
        dated = DatedRows(
            source="oci",
            file=file.name,
            rows=reading.scan(file),
            month=reading.month(),
            cell="usage_start",
            column="lineItem/intervalUsageStart",
            expected=reading.EXPECTED["time"],
        )
        number = NUMBERED.search(file.name)
        yield Drop(
            files=(file,),
            periods=months_of(dated, file),
            scope="",
            delivered_at=file.modified,
            batch=number[1] if number else "",
            bills=_bills(file.path, file.size, file.path.stat().st_mtime_ns),
            ordered_by="report number" if number else "file date",
        )


def _refuse_gaps(candidates: Sequence[Candidate]) -> None:
    """Refuse '...-00001' and '...-00003' of a report without '...-00002'."""
    parts: dict[str, dict[int, Candidate]] = defaultdict(dict)
    for file in candidates:
        part = part_of(file.name)
        if part.number is not None and NUMBERED.search(file.name):
            # A part that lies here twice is found by its rows' reference numbers.
            parts[part.whole].setdefault(part.number, file)
    for found in parts.values():
        numbers = [Part("", number) for number in sorted(found)]
        refuse_gap("oci", [found[n.number or 0] for n in numbers], numbers)


@lru_cache(maxsize=REMEMBERED)
def _bills(path: Path, _size: int, _modified: int) -> tuple[Bill, ...]:
    """Give whose bill a file is: the subscription and the tenancy, month by month."""
    with duckdb.connect(config=LOOK_INSIDE) as db:
        found = db.execute(
            f"select {reading.month()}, list(distinct tenant_id), "
            "list(distinct coalesce(subscription_id, tenant_id)) "
            f"from ({reading.scan(path)}) group by all order by all"
        ).fetchall()
    return tuple(
        Bill(str(month), named(accounts), named(tenants))
        for month, tenants, accounts in found
    )


def oldest_first(deliveries: Sequence[Delivery]) -> list[Delivery]:
    """Order files by the numbers that Oracle gave them; others are older than these.

    The time of a file is the time of its download, which says nothing about its age.
    """

    def age(delivery: Delivery) -> tuple[list[int], float, str]:
        numbers = [int(part) for part in delivery.batch.split("-") if part]
        return numbers, delivery.delivered_at.timestamp(), delivery.delivery_id

    return sorted(deliveries, key=age)
