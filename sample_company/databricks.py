"""Databricks: search prepares its corpus every night and embeds queries by day.

Belongs here: records of billable usage beside their prices, as a query of the system
tables exports them. A record that was wrong is retracted and restated, never changed.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from sample_company.files import csv_text, write_text
from sample_company.months import HOUR, MONTHS, Month, at
from sample_company.seeded import between, hex_id, money, plain

ISSUER = "Databricks"
INVOICES = {month: f"DBX-{20418 + 31 * place}" for place, month in enumerate(MONTHS)}
ACCOUNT = "7d2b6f10-3c55-4e1a-9b7e-lumenloop"
WORKSPACE = "4418203395518827"
HEADER = (
    "record_id",
    "account_id",
    "workspace_id",
    "sku_name",
    "cloud",
    "usage_start_time",
    "usage_end_time",
    "usage_unit",
    "usage_quantity",
    "record_type",
    "billing_origin_product",
    "usage_type",
    "custom_tags",
    "usage_metadata",
    "currency_code",
    "list_price",
    "effective_price",
)
JOB = "PREMIUM_JOBS_COMPUTE"
SERVING = "PREMIUM_SERVERLESS_REAL_TIME_INFERENCE_US_EAST_N_VIRGINIA"
_LIST = {JOB: Decimal("0.15"), SERVING: Decimal("0.07")}
# Serving was a quarter cheaper until the end of September.
PROMOTION = (SERVING, Decimal("0.0525"), at("10-01 00:00"))
# The job of this night was billed for a cluster that Databricks had failed to stop.
WRONG = at("09-17 02:00")
_FACTS = {
    JOB: {
        "billing_origin_product": "JOBS",
        "usage_type": "COMPUTE_TIME",
        "custom_tags": {"team": "search", "project": "corpus"},
        "usage_metadata": {
            "cluster_id": "0812-020000-lumen7",
            "node_type": "i3.2xlarge",
            "job_id": "88121",
            "job_name": "corpus-refresh",
        },
    },
    SERVING: {
        "billing_origin_product": "MODEL_SERVING",
        "usage_type": "GPU_TIME",
        "custom_tags": {"team": "search"},
        "usage_metadata": {
            "endpoint_id": "e41a7c0d",
            "endpoint_name": "query-embeddings",
        },
    },
}


@dataclass(frozen=True, slots=True)
class Record:
    """A record of billable usage."""

    sku: str
    start: datetime
    hours: int
    quantity: Decimal
    kind: str = "ORIGINAL"

    @property
    def price(self) -> Decimal:
        """What a DBU costs, promotions included."""
        sku, price, ends = PROMOTION
        promoted = self.sku == sku and self.start < ends
        return price if promoted else _LIST[self.sku]


def records(month: Month) -> Iterator[Record]:
    """Give the records of a month in the order of time."""
    for day in month.days():
        for sku, start, hours, low, high in (
            (JOB, 2, 3, "38", "64"),
            (SERVING, 7, 14, "90", "150"),
        ):
            used = between(low, high, "databricks", day, sku).quantize(
                Decimal("0.0001")
            )
            record = Record(sku, day + start * HOUR, hours, used)
            yield record
            if record.start == WRONG:
                yield replace(record, quantity=-used, kind="RETRACTION")
                yield replace(record, quantity=Decimal("41.5"), kind="RESTATEMENT")


def total(month: Month) -> Decimal:
    """Sum up what a month costs."""
    return sum((money(r.quantity * r.price) for r in records(month)), Decimal(0))


def write_databricks(out: Path) -> None:
    """Write one export per month."""
    for month in MONTHS:
        rows = [_row(record) for record in records(month)]
        write_text(out / f"usage-{month.period}.csv", csv_text(HEADER, rows))


def _row(record: Record) -> tuple[str, ...]:
    facts = {
        name: fact if isinstance(fact, str) else json.dumps(fact)
        for name, fact in _FACTS[record.sku].items()
    }
    end = record.start + record.hours * HOUR
    cells = facts | {
        "record_id": hex_id(20, "databricks", record.sku, record.start, record.kind),
        "account_id": ACCOUNT,
        "workspace_id": WORKSPACE,
        "sku_name": record.sku,
        "cloud": "AWS",
        "usage_start_time": f"{record.start:%Y-%m-%dT%H:%M:%S}.000+00:00",
        "usage_end_time": f"{end:%Y-%m-%dT%H:%M:%S}.000+00:00",
        "usage_unit": "DBU",
        "usage_quantity": plain(record.quantity),
        "record_type": record.kind,
        "currency_code": "USD",
        "list_price": plain(_LIST[record.sku]),
        "effective_price": plain(record.price),
    }
    return tuple(cells[name] for name in HEADER)
