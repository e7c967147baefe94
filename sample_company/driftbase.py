"""Driftbase, an invented vector database that bills in FOCUS 1.2.

Belongs here: its monthly FOCUS file. It sells storage and queries; nothing else.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from sample_company.files import csv_text, write_text
from sample_company.months import DAY, MONTHS, Month
from sample_company.seeded import between, money, plain

ISSUER = "Driftbase"
INVOICES = {month: f"DRB-2026-{88 + place}" for place, month in enumerate(MONTHS)}
HEADER = (
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ContractedCost",
    "ContractedUnitPrice",
    "EffectiveCost",
    "InvoiceId",
    "InvoiceIssuerName",
    "ListCost",
    "ListUnitPrice",
    "PricingCategory",
    "PricingQuantity",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "ServiceCategory",
    "ServiceName",
    "ServiceSubcategory",
    "SkuId",
    "SkuPriceId",
    "SubAccountId",
    "SubAccountName",
    "Tags",
)
# sku -> description, unit, price, what a day uses from and to
_SKUS = {
    "drb-storage": ("Vector storage", "GB-Days", "0.011", "820", "1100"),
    "drb-queries": ("Vector queries", "1000 Queries", "0.0042", "2100", "3900"),
}


def _rows(month: Month) -> Iterator[tuple[datetime, str, Decimal, Decimal]]:
    for day in month.days():
        for sku, (_, _, price, low, high) in _SKUS.items():
            quantity = between(low, high, "driftbase", day, sku).quantize(
                Decimal("0.01")
            )
            yield day, sku, quantity, money(quantity * Decimal(price))


def total(month: Month) -> Decimal:
    """Sum up what a month costs."""
    return sum((cost for *_, cost in _rows(month)), Decimal(0))


def write_driftbase(out: Path) -> None:
    """Write the FOCUS file of each month."""
    for month in MONTHS:
        rows = [_row(month, *row) for row in _rows(month)]
        name = f"driftbase-focus-{month.period}.csv"
        write_text(out / name, csv_text(HEADER, rows))


def _row(
    month: Month, day: datetime, sku: str, quantity: Decimal, cost: Decimal
) -> tuple[str, ...]:
    description, unit, price, *_ = _SKUS[sku]
    cells = {
        "BillingAccountId": "drb-lumenloop",
        "BillingAccountName": "Lumenloop",
        "BillingCurrency": "USD",
        "BillingPeriodStart": f"{month.start:%Y-%m-%dT%H:%M:%SZ}",
        "BillingPeriodEnd": f"{month.end:%Y-%m-%dT%H:%M:%SZ}",
        "ChargeCategory": "Usage",
        "ChargeDescription": description,
        "ChargeFrequency": "Usage-Based",
        "ChargePeriodStart": f"{day:%Y-%m-%dT%H:%M:%SZ}",
        "ChargePeriodEnd": f"{day + DAY:%Y-%m-%dT%H:%M:%SZ}",
        "InvoiceId": INVOICES[month],
        "InvoiceIssuerName": ISSUER,
        "PricingCategory": "Standard",
        "ProviderName": ISSUER,
        "PublisherName": ISSUER,
        "ServiceCategory": "Databases",
        "ServiceName": "Driftbase Vector Database",
        "ServiceSubcategory": "NoSQL Databases",
        "SkuId": sku,
        "SkuPriceId": f"{sku}-2026",
        "SubAccountId": "prj-search",
        "SubAccountName": "search",
        "Tags": '{"team": "search"}',
    }
    cells |= dict.fromkeys(("ConsumedUnit", "PricingUnit"), unit)
    cells |= dict.fromkeys(("ConsumedQuantity", "PricingQuantity"), plain(quantity))
    cells |= dict.fromkeys(("ContractedUnitPrice", "ListUnitPrice"), price)
    costs = ("BilledCost", "ContractedCost", "EffectiveCost", "ListCost")
    cells |= dict.fromkeys(costs, plain(cost))
    return tuple(cells.get(name, "") for name in HEADER)
