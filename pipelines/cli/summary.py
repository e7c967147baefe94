"""What a build says of its newest month: spend, AI, cost bases, and what is missing.

Belongs here: words and the order of tables. Does not belong here: a number; those are
of ``reports.month_summary`` and of the tables of ``terminal``.
"""

from collections.abc import Iterator

import duckdb
from rich.console import Console

from pipelines.cli import terminal
from pipelines.cli.cells import amount, change, rounded_to_sum, to_cents
from pipelines.reports.month_summary import (
    SERVICES,
    Bases,
    Missing,
    bases,
    missing_exports,
    newest_month,
)

SHOWN_MISSING = 4
# Why a charge of a category is effective at another time, or another sum, than billed.
REASONS = {
    "Purchase": "commitments and credits that are billed now and used over their term",
    "Usage": "usage that commitments, credits and prepaid fees pay for",
    "Adjustment": "adjustments, such as depreciation, that no invoice asks for",
    "Credit": "credits that count in another month than they are billed in",
    "Tax": "tax that counts in another month than it is billed in",
}


def show_summary(console: Console, db: duckdb.DuckDBPyConnection) -> None:
    """Show the newest month with charges; nothing where there is none."""
    month = newest_month(db)
    if month is not None:
        show_spend(console, db, month)
        terminal.show_month(console, db, month)
        show_missing(console, db, month)


def show_spend(console: Console, db: duckdb.DuckDBPyConnection, month: str) -> None:
    """Show what a month's services cost, AI's part, and billed beside effective."""
    terminal.show_rows(
        console, db, SERVICES, f"Spend by service, {month}", {"month": month}
    )
    for line in _spend(bases(db, month), month):
        console.print(line, soft_wrap=True)
    console.print()


def show_missing(console: Console, db: duckdb.DuckDBPyConnection, month: str) -> None:
    """Show which exports would answer more; nothing where none is missing."""
    for line in _next(missing_exports(db, month)):
        console.print(line, soft_wrap=True)


def _spend(found: Bases, month: str) -> Iterator[str]:
    effective = to_cents(found.effective)
    if not found.ai:
        yield (
            f"No charge of {month} is recognized as AI; `unitmill query` on "
            "fct_charges_daily shows what the bill has."
        )
    elif effective:
        yield (
            f"AI is {100 * found.ai / found.effective:.1f} % of {month}: "
            f"{amount(found.ai)} of {amount(effective)} {found.currency}."
        )
    if not found.differences:
        yield f"Billed and effective cost are the same: {amount(effective)}."
        return
    billed = to_cents(found.billed)
    yield (
        f"Billed cost is {amount(billed)}, effective cost {amount(effective)}; "
        f"the difference of {change(effective - billed)} is"
    )
    parts = rounded_to_sum([part for _, part in found.differences], effective - billed)
    for (category, _), part in zip(found.differences, parts, strict=True):
        yield f"  {change(part):>14}  {REASONS.get(category, category)}"


def _next(found: list[Missing]) -> Iterator[str]:
    if not found:
        return
    yield "To answer more, add to the exports:"
    for missing in found[:SHOWN_MISSING]:
        yield f"  {missing.what}: {missing.answers} ({missing.page})"
