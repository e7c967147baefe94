"""What Lumenloop's product people count: revenue, savings, and what was achieved.

Belongs here: the owner's own list. What it cost is in the bills of the other modules.
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from sample_company.files import csv_text, write_text
from sample_company.months import AUGUST, MONTHS, OCTOBER, SEPTEMBER, Month
from sample_company.seeded import between, plain

HEADER = (
    "date",
    "metric_name",
    "value",
    "unit",
    "currency",
    "project_name",
    "feature_name",
    "tenant_id",
    "environment_name",
    "confidence",
)
TENANTS = ("contoso", "fabrikam", "northwind", "tailspin")
# What a month of the chatbot is held to have sold, and how many questions it resolved.
# In October it talked five times as much and sold hardly more.
SOLD = {AUGUST: "4100", SEPTEMBER: "4350", OCTOBER: "5200"}
RESOLVED = {AUGUST: "6150", SEPTEMBER: "6480", OCTOBER: "7900"}
CHATBOT, SEARCH, STORES, TRIAL = "marketing-chatbot", "search", "stores", "insights"


def _row(month: Month, metric: str, value: Decimal, **others: str) -> dict[str, str]:
    return {
        "date": f"{month.start:%Y-%m-%d}",
        "metric_name": metric,
        "value": plain(value),
    } | others


def _of(month: Month) -> Iterator[dict[str, str]]:
    estimated = {"project_name": CHATBOT, "confidence": "estimated"}
    yield _row(month, "revenue", Decimal(SOLD[month]), currency="USD", **estimated)
    resolved = {"unit": "conversations", "project_name": CHATBOT}
    count = Decimal(RESOLVED[month])
    yield _row(
        month, "resolved_conversations", count, **resolved, confidence="measured"
    )
    # The shops are in the Netherlands and count in euros.
    saved = between("310", "390", "stores", month.period).quantize(Decimal(1))
    of_shops = {"project_name": STORES, "confidence": "assumed"}
    yield _row(month, "support_cost_avoided", saved, currency="EUR", **of_shops)


def _of_october() -> Iterator[dict[str, str]]:
    """Give what is sold since October: answers to four customers, and a trial."""
    measured = {"currency": "USD", "confidence": "measured"}
    answers = {"project_name": SEARCH, "feature_name": "answers"} | measured
    for tenant in TENANTS:
        fee = between("700", "1100", "answers", tenant).quantize(Decimal(1))
        yield _row(OCTOBER, "revenue", fee, **answers, tenant_id=tenant)
    # Sold before it runs: revenue that no cost stands against yet.
    yield _row(OCTOBER, "revenue", Decimal(800), **measured, project_name=TRIAL)
    euros = {"currency": "EUR", "project_name": STORES, "confidence": "measured"}
    yield _row(OCTOBER, "revenue", Decimal(240), **euros)


def write_business_values(out: Path) -> None:
    """Write the list of three months."""
    listed = [row for month in MONTHS for row in _of(month)]
    rows = [
        tuple(row.get(name, "") for name in HEADER) for row in (*listed, *_of_october())
    ]
    write_text(out / "business_values.csv", csv_text(HEADER, rows))
