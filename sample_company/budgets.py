"""What Lumenloop planned to spend: the marketing chatbot's plan is 2,000 USD a month.

Belongs here: the plan. What was spent is in the bills of the other modules.
"""

from pathlib import Path

from sample_company.files import csv_text, write_text
from sample_company.months import MONTHS

HEADER = (
    "budget_id",
    "budget_name",
    "scope_type",
    "scope_value",
    "budget_amount",
    "budget_currency",
    "cost_basis",
    "owner_team",
    "threshold_percents",
    "channel",
    "valid_from",
    "valid_to",
)
_MONTHLY = (
    ("chatbot", "Marketing chatbot", "project", "marketing-chatbot", "2000",
     "marketing", "50;80;100", "marketing"),
    ("training", "Training", "team", "training", "30000", "training", "80;100", ""),
    ("company", "AI and its clouds", "total", "", "62000", "platform", "", "finance"),
)  # fmt: skip
# A pot for the quarter: how long it lasts is its runway.
_POT = (
    "search-pot", "Search until the year ends", "team", "search", "48000", "USD",
    "effective", "search", "50;80;100", "", "2026-08-01", "2027-01-01",
)  # fmt: skip


def write_budgets(out: Path) -> None:
    """Write the budgets of three months, and a pot."""
    rows: list[tuple[str, ...]] = [_POT]
    for month in MONTHS:
        days = (f"{month.start:%Y-%m-%d}", f"{month.end:%Y-%m-%d}")
        rows += [
            (
                key,
                name,
                kind,
                value,
                amount,
                "USD",
                "effective",
                owner,
                thresholds,
                to,
                *days,
            )
            for key, name, kind, value, amount, owner, thresholds, to in _MONTHLY
        ]
    write_text(out / "budgets.csv", csv_text(HEADER, rows))
