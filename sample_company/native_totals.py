"""What the clouds' own consoles showed for October.

Belongs here: who read what on which day. The amounts are sums of the rows that the
other modules make; a console shows whole cents.
"""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from sample_company import gcp
from sample_company.aws.line import Line, number, text
from sample_company.azure import details
from sample_company.azure.row import SUBSCRIPTION
from sample_company.files import csv_text, write_text
from sample_company.months import OCTOBER
from sample_company.seeded import cents
from sample_company.story import MARKETING, SEARCH

HEADER = (
    "ledger_source",
    "sub_account_id",
    "billing_period",
    "cost_basis",
    "native_total",
    "currency",
    "tool",
    "read_on",
)
AWS, AZURE, GOOGLE = "Cost Explorer", "Cost Management", "Cloud Billing reports"
# Marketing read its own in the middle of the month, and nobody has since.
EARLY, LATE = "2026-10-21", "2026-11-06"


def _of_account(lines: Sequence[Line], account: str) -> Decimal:
    key = "line_item_usage_account_id"
    own = (made for made in lines if text(made, key) == account)
    return sum((number(made) for made in own), Decimal(0))


def _without_credits() -> Decimal:
    """Give the project's month as the report shows it where credits are not ticked."""
    own = (row for row in gcp.rows(OCTOBER) if "project" in row)
    return sum((Decimal(str(row["cost"])) for row in own), Decimal(0))


def write_native_totals(
    out: Path, final: Sequence[Line], early: Sequence[Line]
) -> None:
    """Write the list: AWS's lines of October as they are, and as they were."""
    read = (
        ("aws", SEARCH, _of_account(final, SEARCH), AWS, LATE),
        ("aws", MARKETING, _of_account(early, MARKETING), AWS, EARLY),
        ("azure", SUBSCRIPTION, details.total(OCTOBER), AZURE, LATE),
        ("gcp", gcp.PROJECT, _without_credits(), GOOGLE, LATE),
    )
    rows = [
        (
            source,
            account,
            OCTOBER.period,
            "billed",
            f"{cents(amount):.2f}",
            "USD",
            tool,
            day,
        )
        for source, account, amount, tool, day in read
    ]
    write_text(out / "native_totals.csv", csv_text(HEADER, rows))
