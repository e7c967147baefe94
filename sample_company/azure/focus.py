"""Azure FOCUS export: the chatbot's trial in a second subscription, October only.

Belongs here: the rows of version 1.2-preview and their amounts. The run's folders are
laid down by ``run``.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path

from sample_company.azure.run import Run, write_run
from sample_company.files import csv_text
from sample_company.months import DAY, OCTOBER, at
from sample_company.seeded import between, plain

PROFILE = "LMNL-7QKD-BG2-PGB"
SUBSCRIPTION = "c94e02d7-7b1a-4d8c-b6a5-0f2e9d3c8817"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-chat-eu"
INVOICE = "G148820317"
RUN = Run(OCTOBER, at("11-05 04:20"))
# Meter, dollars per million tokens, and millions of tokens on an average day.
METERS = (
    ("gpt 4o mini 0718 Inp Data Zone Tokens", "0.165", "210"),
    ("gpt 4o mini 0718 Outp Data Zone Tokens", "0.66", "34"),
)
SEARCH_HOUR = Decimal("0.336")

STAMP = "%Y-%m-%dT%H:%M:%SZ"
# What every row says.
ALWAYS = {
    "BillingAccountId": PROFILE,
    "BillingAccountName": "Lumenloop EU",
    "BillingAccountType": "Billing Profile",
    "BillingCurrency": "USD",
    "BillingPeriodEnd": f"{OCTOBER.end:{STAMP}}",
    "BillingPeriodStart": f"{OCTOBER.start:{STAMP}}",
    "ChargeCategory": "Usage",
    "ChargeFrequency": "Usage-Based",
    "InvoiceId": INVOICE,
    "InvoiceIssuerName": "Microsoft",
    "PricingCategory": "Standard",
    "PricingCurrency": "USD",
    "ProviderName": "Microsoft",
    "PublisherName": "Microsoft",
    "RegionId": "swedencentral",
    "RegionName": "Sweden Central",
    "SubAccountId": SUBSCRIPTION,
    "SubAccountName": "lumenloop-chat-eu",
    "SubAccountType": "Subscription",
    "Tags": '{"team":"marketing","env":"trial"}',
    "x_AmortizationClass": "",
    "x_BillingExchangeRate": "1",
    "x_BillingProfileId": PROFILE,
    "x_PublisherCategory": "Cloud Provider",
    "x_ResourceGroupName": "rg-chat-eu",
}

Row = dict[str, str]


def total() -> Decimal:
    """Give what the invoice asks: the billed cost of the month."""
    return sum((Decimal(row["BilledCost"]) for row in rows()), Decimal(0))


def rows() -> list[Row]:
    """Give the rows of the month."""
    return [row for day in OCTOBER.days() for row in _day(day)]


def write_azure_focus(out: Path) -> None:
    """Write the run, in two parts as the export cuts it."""
    made = rows()
    half = len(made) // 2
    parts = []
    for piece in (made[:half], made[half:]):
        text = csv_text(columns(), [[row[c] for c in columns()] for row in piece])
        parts.append((text, len(piece)))
    write_run(
        out,
        RUN,
        name="lumenloop-focus",
        scope=f"/subscriptions/{SUBSCRIPTION}",
        kind=("FocusCost", "1.2-preview"),
        parts=parts,
    )


@cache
def columns() -> Sequence[str]:
    """Give the columns of the export, in its order."""
    package = files("sample_company.azure")
    text = package.joinpath("focus_columns.csv").read_text("utf-8")
    return [row["name"] for row in csv.DictReader(text.splitlines())]


def _day(day: datetime) -> Iterator[Row]:
    for name, price, millions in METERS:
        share = between("0.6", "1.4", "chat", day, name)
        blocks = (Decimal(millions) * share).quantize(Decimal("0.000001"))
        given = {
            "ChargeDescription": f"Azure OpenAI - {name}",
            "ConsumedQuantity": plain(blocks * 1_000_000),
            "ResourceId": (
                f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/chat-eu"
            ),
            "ResourceName": "chat-eu",
            "ResourceType": "Azure AI Foundry",
            "ServiceCategory": "AI and Machine Learning",
            "ServiceName": "Azure AI Services",
            "ServiceSubcategory": "AI Platforms",
            "SkuMeter": name,
            "x_PricingBlockSize": "1000000",
            "x_PricingUnitDescription": "1M",
            "x_ResourceType": "microsoft.cognitiveservices/accounts",
            "x_SkuMeterCategory": "Foundry Models",
            "x_SkuMeterSubcategory": "Azure OpenAI",
        }
        yield _row(day, blocks, Decimal(price), "Units", given)
    given = {
        "ChargeDescription": "Azure AI Search - Standard S1 Unit",
        "ConsumedQuantity": "24",
        "ResourceId": f"{GROUP}/providers/Microsoft.Search/searchServices/chat-index",
        "ResourceName": "chat-index",
        "ResourceType": "Search service",
        "ServiceCategory": "Analytics",
        "ServiceName": "Azure AI Search",
        "ServiceSubcategory": "Search",
        "SkuMeter": "Standard S1 Unit",
        "x_PricingBlockSize": "1",
        "x_PricingUnitDescription": "1 Hour",
        "x_ResourceType": "microsoft.search/searchservices",
        "x_SkuMeterCategory": "Azure AI Search",
    }
    yield _row(day, Decimal(24), SEARCH_HOUR, "Hours", given)


def _row(
    day: datetime,
    quantity: Decimal,
    price: Decimal,
    unit: str,
    more: Mapping[str, str],
) -> Row:
    cost = plain(quantity * price)
    sku = more["SkuMeter"].lower().replace(" ", "-")
    given = {
        "BilledCost": cost,
        "ChargePeriodEnd": f"{day + DAY:{STAMP}}",
        "ChargePeriodStart": f"{day:{STAMP}}",
        "ConsumedUnit": unit,
        "ContractedCost": cost,
        "ContractedUnitPrice": plain(price),
        "EffectiveCost": cost,
        "ListCost": cost,
        "ListUnitPrice": plain(price),
        "PricingQuantity": plain(quantity),
        "PricingUnit": unit,
        "SkuId": f"LUM-{sku}",
        "SkuPriceId": f"LUM-{sku}-0001",
        "x_SkuMeterId": f"lumen-{sku}",
    }
    return dict.fromkeys(columns(), "") | ALWAYS | given | dict(more)
