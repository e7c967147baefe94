"""`unitmill explain`: what a month cost, and why it changed, on one screen.

Belongs here: sentences. Does not belong here: a number; those are of ``reports``.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Annotated

import typer

from pipelines.cli.answers import opened
from pipelines.cli.calling import Home, console, fail, published, settings_of
from pipelines.cli.causes import sentence
from pipelines.cli.cells import amount, cell, change, counted, rounded_to_sum, to_cents
from pipelines.cli.tables import print_grid
from pipelines.reports.cost_change import Change, ChangeError, cost_change
from pipelines.reports.month_figures import Figures, month_figures

SHOWN_CAUSES = 10
SHOWN_BUDGETS = 4


def explain(
    month: Annotated[
        str, typer.Argument(help="YYYY-MM; without it the newest closed month.")
    ] = "",
    project: Annotated[
        str,
        typer.Option(
            help="A project of the bill (project_name), or an account of it: the "
            "vendor's own project (sub_account_id)."
        ),
    ] = "",
    home: Home = None,
) -> None:
    """Say what a month cost and why it is not what the month before cost."""
    version = published(settings_of(home))
    with opened(version.database) as db:
        try:
            found = cost_change(db, month, project)
        except ChangeError as error:
            fail(str(error), 2)
        figures = month_figures(db, found.month, project)
    for line in _totals(found):
        console.print(line, soft_wrap=True)
    rows = _causes(found)
    if rows:
        console.print()
        print_grid(console, rows, right={0})
    if figures.unit_costs:
        console.print()
        print_grid(console, _unit_costs(found, figures), right={1, 2, 3})
    for line in _outlook(found, figures):
        console.print(line, soft_wrap=True)


def _totals(found: Change) -> Iterator[str]:
    whose = f"Project {found.scope}" if found.scope else "The whole bill"
    status = "" if found.is_closed else " The month is still open."
    now, before = to_cents(found.cost), to_cents(found.previous_cost)
    yield (
        f"{whose} cost {amount(now)} {found.currency} in {found.month:%B %Y} "
        f"(EffectiveCost).{status}"
    )
    if (found.last_day + timedelta(days=1)).month == found.month.month:
        yield f"The charges that were delivered end on {found.last_day}."
    if not found.has_previous:
        yield "No charges of the month before were delivered, so none are compared."
        return
    percent = f" ({100 * (now - before) / before:+.1f} %)" if before else ""
    previous = found.month - timedelta(days=1)
    yield f"{previous:%B %Y} cost {amount(before)}: {change(now - before)}{percent}."


def _causes(found: Change) -> list[tuple[str, str]]:
    """Write the largest causes, the rest as one, and their sum: to the cent."""
    if not found.causes:
        return []
    total = to_cents(found.cost) - to_cents(found.previous_cost)
    large = found.causes[:SHOWN_CAUSES]
    small = found.causes[SHOWN_CAUSES:]
    parts = [cause.amount for cause in large]
    texts = [sentence(cause) for cause in large]
    if small:
        parts.append(sum((cause.amount for cause in small), Decimal()))
        texts.append(counted(len(small), "smaller cause"))
    amounts = rounded_to_sum(parts, total)
    rows = [(change(a), text) for a, text in zip(amounts, texts, strict=True)]
    return [*rows, (change(total), "all causes together")]


def _unit_costs(found: Change, figures: Figures) -> list[Sequence[str]]:
    head = ("unit cost", "month before", f"{found.month:%Y-%m}", "change", "")
    rows: list[Sequence[str]] = [head]
    for unit in figures.unit_costs:
        moved = ""
        if unit.previous and unit.now is not None:
            moved = f"{100 * (unit.now / unit.previous - 1):+.1f} %"
        rows.append(
            (unit.unit, cell(unit.previous), cell(unit.now), moved, unit.currency)
        )
    return rows


def _outlook(found: Change, figures: Figures) -> Iterator[str]:
    cost, ratio = figures.waste or (None, None)
    if cost and ratio:
        yield (
            f"\nWaste: {amount(cost)} {found.currency}, {100 * ratio:.1f} % "
            "of the cost (fct_waste_monthly lists it)."
        )
    ahead = figures.forecast
    if ahead and ahead.cost:
        most = f", at most {amount(ahead.upper_90)}" if ahead.upper_90 else ""
        yield (
            f"Forecast: {ahead.month:%B %Y} is expected to cost "
            f"{amount(ahead.cost)} {ahead.currency}{most} at 90 % ({ahead.status})."
        )
    for budget in figures.budgets[:SHOWN_BUDGETS]:
        verb = "to be passed" if "projected" in budget.status else "passed"
        passed = f", {verb} on {budget.breach_date}" if budget.breach_date else ""
        yield (
            f"Budget {budget.name}: {amount(budget.spent)} of "
            f"{amount(budget.amount)} {budget.currency}, {budget.status}{passed}."
        )
