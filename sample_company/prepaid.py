"""Credits at OpenRouter: marketing buys them by card, and its trials draw them down.

Belongs here: the file that finance keeps of purchases. What was drawn is in
``openrouter``; some credits are left in the end.
"""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from sample_company import openrouter
from sample_company.files import csv_text, write_text
from sample_company.months import AUGUST, MONTHS, OCTOBER, SEPTEMBER, Month

HEADER = (
    "vendor",
    "ledger_source",
    "billing_account_id",
    "invoice_id",
    "purchased_on",
    "currency",
    "amount",
    "fee",
    "tax",
    "credits",
    "expires_on",
    "expired_amount",
)
FEE = Decimal("0.80")


@dataclass(frozen=True, slots=True)
class Purchase:
    """Credits for an amount in dollars, bought on a day; they last for a year."""

    day: str
    amount: Decimal


PURCHASES = {
    AUGUST: Purchase("08-03", Decimal(10)),
    SEPTEMBER: Purchase("09-21", Decimal(5)),
    OCTOBER: Purchase("10-19", Decimal(5)),
}


def total(month: Month) -> Decimal:
    """Give what is paid in a month: credits and the fee for them."""
    return PURCHASES[month].amount + FEE


def write_prepaid(out: Path) -> None:
    """Write one row per purchase."""
    rows = []
    for month in MONTHS:
        bought = PURCHASES[month]
        cells = {
            "vendor": openrouter.ISSUER,
            "ledger_source": "openrouter",
            "billing_account_id": "openrouter",
            "invoice_id": openrouter.INVOICES[month],
            "purchased_on": f"2026-{bought.day}",
            "currency": "USD",
            "amount": f"{bought.amount:.2f}",
            "fee": f"{FEE:.2f}",
            "expires_on": f"2027-{bought.day}",
        }
        rows.append([cells.get(name, "") for name in HEADER])
    write_text(out / "prepaid_credits.csv", csv_text(HEADER, rows))
