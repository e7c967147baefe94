"""Google Cloud: what the search team calls Gemini for, and where it ranks results.

Belongs here: rows of the detailed billing export of one project, in two appended files
per month. A row never changes once it is exported; corrections are rows of their own.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from sample_company.files import write_gzip
from sample_company.months import DAY, HOUR, MONTHS, SEPTEMBER, Month, Span
from sample_company.seeded import between, hex_id, money, plain

ISSUER = "Google Cloud"
ACCOUNT = "01A7F3-5C2E90-B84D16"
PROJECT = "lumenloop-search"
TABLE = f"gcp_billing_export_resource_v1_{ACCOUNT.replace('-', '_')}"
INVOICES = dict(zip(MONTHS, ("5308114627", "5326790418", "5345561093"), strict=True))
TAX_RATE = Decimal("0.0825")
VERTEX = ("C7E2-9256-1C43", "Vertex AI")
COMPUTE = ("6F81-5844-456A", "Compute Engine")
TAXES = ("0E5D-77A1-9C20", "Invoice")
# SKU, dollars per token, and tokens per prompt token.
MODEL_SKUS = (
    ("Gemini 2.5 Flash GA Text Input - Predictions", "0.0000003", "1"),
    ("Gemini 2.5 Flash GA Text Input Caching - Predictions", "0.000000075", "0.8"),
    ("Gemini 2.5 Flash GA Text Output - Predictions", "0.0000025", "0.11"),
)
BATCH_SKU = ("Gemini 2.5 Flash GA Text Input - Batch Predictions", "0.00000015")
# Millions of prompt tokens on a day.
PROMPTS = dict(zip(MONTHS, ("31", "36", "44"), strict=True))
# A spot g2-standard-8: SKU, dollars per pricing unit, units per hour, and the unit.
MACHINE = "g2-standard-8"
MACHINE_SKUS = (
    (
        "Nvidia L4 GPU attached to Spot Preemptible VMs running in Iowa",
        "0.2241",
        1,
        "hour",
    ),
    ("Spot Preemptible G2 Instance Core running in Iowa", "0.009996", 8, "hour"),
    (
        "Spot Preemptible G2 Instance Ram running in Iowa",
        "0.001171",
        32,
        "gibibyte hour",
    ),
)
INSTANCE = "search-rank-g2-1"
# Google grants the first dollars of a month; what is granted is on the rows.
GRANT_SHARE = Decimal("0.1")
LABELS = {"team": "search", "env": "prod", "app": "rerank"}
PACIFIC = timedelta(hours=7)

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Charge:
    """A row before it is written: when, what, how much of it at which price."""

    start: datetime
    span: timedelta
    service: tuple[str, str]
    sku: str
    amount: Decimal
    unit: str
    priced: Decimal
    pricing_unit: str
    price: Decimal
    granted: bool = False

    @property
    def cost(self) -> Decimal:
        """What it costs before credits."""
        return money(self.priced * self.price)

    @property
    def credit(self) -> Decimal:
        """What a grant gives back, not above zero."""
        return -money(self.cost * GRANT_SHARE) if self.granted else Decimal(0)


def rows(month: Month) -> list[Row]:
    """Give the rows of an invoice month, in the order in which they were exported."""
    made = [_row(charge, month) for charge in _charges(month)]
    if month == SEPTEMBER:
        made.append(_correction(month))
    made.append(_tax(month, sum((net(row) for row in made), Decimal(0))))
    return made


def net(row: Row) -> Decimal:
    """Give what a row puts on the invoice."""
    given = row["credits"]
    assert isinstance(given, list)
    amounts = (Decimal(credit["amount"]) for credit in given)
    return Decimal(str(row["cost"])) + sum(amounts, Decimal(0))


def total(month: Month) -> Decimal:
    """Give the exact sum of what the invoice asks to be paid."""
    return sum((net(row) for row in rows(month)), Decimal(0))


def tax(month: Month) -> Decimal:
    """Give the tax on the invoice."""
    return net(rows(month)[-1])


def write_gcp(out: Path) -> None:
    """Write two files per month: an early export, and the rows that came after it."""
    for month in MONTHS:
        made = rows(month)
        cut = next(
            place
            for place, row in enumerate(made)
            if str(row["export_time"]) >= f"{month.start + 20 * DAY:%Y-%m-%d}"
        )
        name = f"{TABLE}-{month.period.replace('-', '')}"
        for part, chosen in enumerate((made[:cut], made[cut:])):
            lines = (json.dumps(row, separators=(",", ":")) for row in chosen)
            write_gzip(out / f"{name}-{part:012}.json.gz", "\n".join(lines) + "\n")


def _charges(month: Month) -> Iterator[Charge]:
    for day in month.days():
        start = day + PACIFIC
        share = between("0.75", "1.25", "gemini", day)
        prompts = Decimal(PROMPTS[month]) * 1_000_000 * share
        for sku, price, ratio in MODEL_SKUS:
            yield _tokens(start, sku, prompts * Decimal(ratio), price, granted=True)
        if day.weekday() == 6:
            yield _tokens(start, BATCH_SKU[0], prompts * 3, BATCH_SKU[1])
        # Spot machines are taken away; the ranker is rebuilt on some hours of a day.
        hours = 6 + day.day % 4
        for sku, price, count, unit in MACHINE_SKUS:
            quantity = Decimal(hours * count)
            is_memory = unit.startswith("gibibyte")
            yield Charge(
                start + 2 * HOUR,
                hours * HOUR,
                COMPUTE,
                sku,
                quantity * 3600 * (2**30 if is_memory else 1),
                "byte-seconds" if is_memory else "seconds",
                quantity,
                unit,
                Decimal(price),
            )


def _tokens(
    start: datetime, sku: str, tokens: Decimal, price: str, *, granted: bool = False
) -> Charge:
    count = Decimal(int(tokens))
    return Charge(
        start, DAY, VERTEX, sku, count, "count", count, "count", Decimal(price), granted
    )


def _row(charge: Charge, month: Month) -> Row:
    end = charge.start + charge.span
    machine = charge.service is COMPUTE
    labels = LABELS if machine else LABELS | {"app": "answers"}
    return _basics(month, charge.service, charge.sku, (charge.start, end)) | {
        "cost_type": "regular",
        "project": {
            "id": PROJECT,
            "number": "418800235176",
            "name": PROJECT,
            "labels": _pairs({"cost-center": "sea-200"}),
            "ancestry_numbers": "/90271155034/",
        },
        "labels": _pairs(labels),
        "system_labels": _pairs(
            {"compute.googleapis.com/machine_spec": MACHINE} if machine else {}
        ),
        "location": {
            "location": "us-central1-a" if machine else "us-central1",
            "country": "US",
            "region": "us-central1",
            "zone": "us-central1-a" if machine else None,
        },
        "resource": _resource(machine=machine),
        "cost": plain(charge.cost),
        "cost_at_list": plain(charge.cost),
        **_counted(charge),
        "credits": _granted(charge),
    }


def _counted(charge: Charge) -> Row:
    return {
        "usage": {
            "amount": float(charge.amount),
            "unit": charge.unit,
            "amount_in_pricing_units": float(charge.priced),
            "pricing_unit": charge.pricing_unit,
        },
        "price": {
            "effective_price": plain(charge.price),
            "list_price": plain(charge.price),
            "tier_start_amount": "0",
            "unit": charge.pricing_unit,
            "pricing_unit_quantity": "1",
        },
    }


def _granted(charge: Charge) -> list[dict[str, str]]:
    if not charge.granted:
        return []
    return [
        {
            "name": "Startup grant",
            "full_name": "Startup grant",
            "id": "grant-2026",
            "type": "PROMOTION",
            "amount": plain(charge.credit),
        }
    ]


def _resource(*, machine: bool) -> Row:
    if not machine:
        return {"name": None, "global_name": None}
    place = f"projects/{PROJECT}/zones/us-central1-a/instances/4471905526630018233"
    return {"name": INSTANCE, "global_name": f"//compute.googleapis.com/{place}"}


def _correction(month: Month) -> Row:
    """Give back two dollars of a day on which answers were served too slowly."""
    start = month.start + 11 * DAY + PACIFIC
    sku = MODEL_SKUS[2][0]
    return _basics(month, VERTEX, sku, (start, start + DAY), late=True) | {
        "cost_type": "adjustment",
        "project": {"id": PROJECT, "number": "418800235176", "name": PROJECT},
        "cost": "-2.37",
        "cost_at_list": "-2.37",
        "adjustment_info": {
            "id": "adj-7713",
            "description": "Latency of 12 September",
            "type": "SLA_VIOLATION",
            "mode": "PARTIAL_CORRECTION",
        },
    }


def _tax(month: Month, taxed: Decimal) -> Row:
    start = month.end - DAY + PACIFIC
    asked = plain((taxed * TAX_RATE).quantize(Decimal("0.01")))
    return _basics(month, TAXES, "Tax", (start, start + HOUR), late=True) | {
        "cost_type": "tax",
        "cost": asked,
        "cost_at_list": asked,
    }


def _basics(
    month: Month,
    service: tuple[str, str],
    sku: str,
    span: Span,
    *,
    late: bool = False,
) -> Row:
    start, end = span
    exported = month.end + 2 * DAY if late else end + 5 * HOUR
    number = hex_id(12, "gcp", sku).upper()
    return {
        "billing_account_id": ACCOUNT,
        "invoice": {"month": month.period.replace("-", "")},
        "service": {"id": service[0], "description": service[1]},
        "sku": {
            "id": f"{number[:4]}-{number[4:8]}-{number[8:]}",
            "description": sku,
        },
        "usage_start_time": f"{start:%Y-%m-%d %H:%M:%S} UTC",
        "usage_end_time": f"{end:%Y-%m-%d %H:%M:%S} UTC",
        "export_time": f"{exported:%Y-%m-%d %H:%M:%S}.482917 UTC",
        "labels": [],
        "system_labels": [],
        "tags": [],
        "currency": "USD",
        "currency_conversion_rate": 1.0,
        "credits": [],
        "transaction_type": "GOOGLE",
        "seller_name": "Google",
    }


def _pairs(labels: dict[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in labels.items()]
