"""Ferrum, the GPU cloud: one invoice CSV per month, one row per resource and day.

Belongs here: its prices and its rows. Tax is a row like any other, so the invoice is
the sum of the rows.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from sample_company.files import csv_text, write_text
from sample_company.months import DAY, MONTHS, SEPTEMBER, Month
from sample_company.seeded import cents, hex_id, money, plain
from sample_company.story import H100, windows

ISSUER = "Ferrum"
HEADER = (
    "invoice_no",
    "line",
    "account",
    "project",
    "resource_id",
    "resource_name",
    "gpu_type",
    "gpu_count",
    "start",
    "end",
    "hours",
    "unit_price",
    "amount",
    "currency",
    "kind",
    "labels",
)
NODE_PRICE = Decimal("23.92")
TAX_SHARE = Decimal("0.0625")
_VOLUMES = (("vol-datasets", "0.41257"), ("vol-checkpoints", "0.26631"))
_TAGS = {"team": "training", "project": "foundation-models"}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the invoice."""

    kind: str
    start: datetime
    end: datetime
    amount: Decimal
    name: str = ""
    gpu_type: str = ""
    gpu_count: int = 0
    hours: Decimal | None = None
    unit_price: Decimal | None = None
    labels: Mapping[str, str] | None = None


def invoice_no(month: Month) -> str:
    """Give the number of a month's invoice."""
    return f"FER-2026-{1181 + 94 * MONTHS.index(month)}"


def _nodes(month: Month) -> Iterator[Row]:
    for node in H100:
        for window in windows(node):
            span = month.within(window)
            day = span[0].replace(hour=0) if span else month.end
            while span and day < span[1]:
                start, end = max(day, span[0]), min(day + DAY, span[1])
                hours = Decimal(int((end - start).total_seconds())) / 3600
                yield Row(
                    "usage",
                    start,
                    end,
                    money(hours * NODE_PRICE),
                    node.name,
                    node.gpu_type,
                    node.gpus,
                    hours,
                    NODE_PRICE,
                    _TAGS,
                )
                day += DAY


def _volumes(month: Month) -> Iterator[Row]:
    for day in month.days():
        for name, price in _VOLUMES:
            hours, rate = Decimal(24), Decimal(price)
            labels = _TAGS if name == "vol-checkpoints" else {}
            yield Row(
                "storage",
                day,
                day + DAY,
                money(hours * rate),
                name,
                hours=hours,
                unit_price=rate,
                labels=labels,
            )


def rows(month: Month) -> list[Row]:
    """Give the rows of a month: nodes, volumes, a credit, tax."""
    made = [*_nodes(month), *_volumes(month)]
    if month is SEPTEMBER:
        # Node 1 failed on 11 September and ended a run.
        made.append(
            Row("credit", month.start, month.end, Decimal("-239.20"), H100[0].name)
        )
    tax = cents(sum((row.amount for row in made), Decimal(0)) * TAX_SHARE)
    return [*made, Row("tax", month.start, month.end, tax)]


def total(month: Month) -> Decimal:
    """Give the sum of a month's rows."""
    return sum((row.amount for row in rows(month)), Decimal(0))


def tax(month: Month) -> Decimal:
    """Give the part of a month's rows that is tax."""
    return sum((row.amount for row in rows(month) if row.kind == "tax"), Decimal(0))


def _record(month: Month, number: int, row: Row) -> tuple[str, ...]:
    known = row.name and row.kind != "credit"
    return (
        invoice_no(month),
        str(number),
        "lumenloop",
        "research" if row.name else "",
        f"frm-{hex_id(8, 'ferrum', row.name)}" if known else "",
        row.name,
        row.gpu_type.upper(),
        str(row.gpu_count) if row.gpu_count else "",
        f"{row.start:%Y-%m-%dT%H:%M:%SZ}",
        f"{row.end:%Y-%m-%dT%H:%M:%SZ}",
        plain(row.hours) if row.hours is not None else "",
        plain(row.unit_price) if row.unit_price is not None else "",
        plain(row.amount),
        "USD",
        row.kind,
        json.dumps(row.labels) if row.labels else "",
    )


def write_ferrum(out: Path) -> None:
    """Write one invoice per month."""
    for month in MONTHS:
        records = [_record(month, n, row) for n, row in enumerate(rows(month), start=1)]
        name = f"ferrum-invoice-{month.period}.csv"
        write_text(out / name, csv_text(HEADER, records))
