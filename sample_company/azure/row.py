"""A row of an enterprise agreement's cost details, version 2024-08-01.

Belongs here: how a charge is written down. Which charges there are is in ``azure``.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files

from sample_company.months import DAY, Month
from sample_company.seeded import plain

ENROLLMENT = "71904415"
SUBSCRIPTION = "5b1d6c0e-0c7a-4f52-9a1b-3e7d5f8a2c41"
Row = dict[str, str]
# What every row says, unless the charge says otherwise.
ALWAYS = {
    "InvoiceSectionName": "Platform",
    "AccountName": "lumenloop",
    "SubscriptionId": SUBSCRIPTION,
    "SubscriptionName": "lumenloop-platform",
    "ResourceGroup": "rg-Platform-AI",
    "ResourceLocation": "EastUS2",
    "ResourceLocationNormalized": "eastus2",
    "CostCenter": "PLT-100",
    "OfferId": "MS-AZR-0017P",
    "PublisherType": "Microsoft",
    "PublisherName": "Microsoft",
    "ChargeType": "Usage",
    "Frequency": "UsageBased",
    "PricingModel": "OnDemand",
    "BillingAccountId": ENROLLMENT,
    "BillingAccountName": "Lumenloop",
    "BillingCurrencyCode": "USD",
    "BillingProfileId": ENROLLMENT,
    "BillingProfileName": "Lumenloop",
}


@dataclass(frozen=True, slots=True)
class Charge:
    """A row before it is written: where, what and how much."""

    day: datetime
    resource: str
    service: str
    meter: tuple[str, str, str]
    unit: str
    quantity: Decimal
    price: Decimal
    cost: Decimal
    more: tuple[tuple[str, str], ...] = ()


@cache
def columns() -> Sequence[str]:
    """Give the columns of the export, in its order."""
    package = files("sample_company.azure")
    text = package.joinpath("details_columns.csv").read_text("utf-8")
    return [row["name"] for row in csv.DictReader(text.splitlines())]


def row_of(charge: Charge, month: Month) -> Row:
    """Write a charge of a month as a row."""
    category, subcategory, meter = charge.meter
    last = month.end - DAY
    given = {
        "Date": f"{charge.day:%m/%d/%Y}",
        "ProductName": f"{subcategory} - {meter}",
        "MeterCategory": category,
        "MeterSubCategory": subcategory,
        "MeterId": f"lumen-{meter.lower().replace(' ', '-')}",
        "MeterName": meter,
        "UnitOfMeasure": charge.unit,
        "Quantity": plain(charge.quantity),
        "EffectivePrice": plain(charge.price),
        "CostInBillingCurrency": plain(charge.cost),
        "UnitPrice": plain(charge.price),
        "PayGPrice": plain(charge.price),
        "ConsumedService": charge.service,
        "ResourceId": charge.resource,
        "ResourceName": charge.resource.rpartition("/")[2],
        "Tags": '"team": "platform","env": "prod"' if charge.resource else "",
        "BillingPeriodStartDate": f"{month.start:%m/%d/%Y}",
        "BillingPeriodEndDate": f"{last:%m/%d/%Y}",
        "PartNumber": f"LUM-{_five_digits(meter):05}",
        "ServiceFamily": "AI + Machine Learning" if "gpt" in meter else "Compute",
    }
    return dict.fromkeys(columns(), "") | ALWAYS | given | dict(charge.more)


def _five_digits(text: str) -> int:
    return sum(ord(letter) * (n + 7) for n, letter in enumerate(text)) % 100_000
