"""GitHub: Copilot's seats and credits, and minutes of Actions.

Each month is a detailed metered usage report. Of October there are a summarized report,
a pull of the billing API and an AI usage report, too: the same money again.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from sample_company.coding import COPILOT, ORGANIZATION, holders, working_days
from sample_company.files import csv_text, write_json, write_text
from sample_company.months import MONTHS, OCTOBER, Month, at
from sample_company.seeded import between, digest, plain

ISSUER = "GitHub"
INVOICES = {month: f"GHB-{77120 + 31 * place}" for place, month in enumerate(MONTHS)}
HEADER = (
    "date",
    "product",
    "sku",
    "quantity",
    "unit_type",
    "applied_cost_per_quantity",
    "gross_amount",
    "discount_amount",
    "net_amount",
    "organization",
    "repository",
    "cost_center_name",
)
DETAILS = ("username", "workflow_path")
AI_HEADER = (
    "date",
    "username",
    *HEADER[1:3],
    "model",
    *HEADER[3:9],
    "exceeds_quota",
    "total_monthly_quota",
    *HEADER[9:],
)
SEAT_PRICE, CREDIT_PRICE = Decimal(19), Decimal("0.01")
MINUTE_PRICE = Decimal("0.006")
# Credits that a seat includes a month.
QUOTA = Decimal(1000)
_MODELS = ("Claude Sonnet 4.5", "GPT-5-Codex")
_PULLED = (at("10-26 00:00"), at("10-31 00:00"))
_REPOSITORIES = (
    ("answers", "search"),
    ("cluster", "platform"),
    ("trainer", "training"),
)
_PLACES = Decimal("1E-6")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a report."""

    day: datetime
    product: str
    sku: str
    quantity: Decimal
    unit: str
    price: Decimal
    gross: Decimal
    discount: Decimal
    repository: str
    cost_center: str
    username: str = ""
    workflow: str = ""
    model: str = ""

    @property
    def net(self) -> Decimal:
        """What is billed."""
        return self.gross - self.discount


def _seats(month: Month) -> Iterator[Line]:
    days = list(month.days())
    quantity = (Decimal(1) / len(days)).quantize(_PLACES)
    gross = (SEAT_PRICE * quantity).quantize(_PLACES)
    none = Decimal(0)
    for day in days:
        for one in holders(COPILOT):
            yield Line(
                day,
                "copilot",
                "copilot_for_business",
                quantity,
                "user-months",
                SEAT_PRICE,
                gross,
                none,
                "",
                one.team,
                one.login,
            )


def _credits(month: Month) -> Iterator[Line]:
    for one in holders(COPILOT):
        left = QUOTA
        for day in working_days(month):
            key = ("copilot", day, one.number)
            worth = one.pace_in(month) * between("0.6", "1.4", *key)
            quantity = (worth / CREDIT_PRICE).quantize(Decimal(1))
            if not quantity:
                continue
            included = min(left, quantity)
            left -= included
            yield Line(
                day,
                "copilot",
                "copilot_ai_credit",
                quantity,
                "ai-credits",
                CREDIT_PRICE,
                quantity * CREDIT_PRICE,
                included * CREDIT_PRICE,
                one.repository,
                one.team,
                one.login,
                model=_MODELS[digest(*key)[0] % 2],
            )


def _actions(month: Month) -> Iterator[Line]:
    none = Decimal(0)
    for day in working_days(month):
        for repository, team in _REPOSITORIES:
            quantity = Decimal(int(between("40", "160", "actions", day, repository)))
            yield Line(
                day,
                "actions",
                "actions_linux",
                quantity,
                "minutes",
                MINUTE_PRICE,
                quantity * MINUTE_PRICE,
                none,
                repository,
                team,
                workflow=".github/workflows/test.yml",
            )


def lines(month: Month) -> list[Line]:
    """Give what GitHub bills for a month, row by row."""
    made = [*_seats(month), *_credits(month), *_actions(month)]
    return sorted(made, key=lambda line: (line.day, line.sku, line.username))


def total(month: Month) -> Decimal:
    """Give the sum of a month's report."""
    return sum((line.net for line in lines(month)), Decimal(0))


def write_github(out: Path) -> None:
    """Write the reports, and a pull of the API."""
    for month in MONTHS:
        rows = [(*_row(line), line.username, line.workflow) for line in lines(month)]
        name = f"detailedUsageReport-{month.period}.csv"
        write_text(out / name, csv_text((*HEADER, *DETAILS), rows))
    october = lines(OCTOBER)
    write_text(
        out / "summarizedUsageReport-2026-10.csv",
        csv_text(HEADER, [_row(line) for line in _summarized(october)]),
    )
    ai = [_ai_row(line) for line in october if line.model]
    write_text(out / "aiUsageReport-2026-10.csv", csv_text(AI_HEADER, ai))
    first, end = _PULLED
    pulled = [line for line in _summarized(october) if first <= line.day < end]
    page = {"usageItems": [_item(line) for line in pulled]}
    write_json(out / "20261031T040000Z" / f"{ORGANIZATION}-2026-10.json", page)


def _summarized(made: Sequence[Line]) -> list[Line]:
    """Sum over users and workflows, as a summarized report does."""
    of_group: dict[tuple[object, ...], list[Line]] = defaultdict(list)
    for line in made:
        of_group[line.day, line.sku, line.repository, line.cost_center].append(line)
    return [
        replace(
            group[0],
            quantity=sum((line.quantity for line in group), Decimal(0)),
            gross=sum((line.gross for line in group), Decimal(0)),
            discount=sum((line.discount for line in group), Decimal(0)),
        )
        for group in of_group.values()
    ]


def _amounts(line: Line) -> tuple[str, ...]:
    return (
        plain(line.quantity),
        line.unit,
        plain(line.price),
        plain(line.gross),
        plain(line.discount),
        plain(line.net),
    )


def _row(line: Line) -> tuple[str, ...]:
    return (
        f"{line.day:%Y-%m-%d}",
        line.product,
        line.sku,
        *_amounts(line),
        ORGANIZATION,
        line.repository,
        line.cost_center,
    )


def _ai_row(line: Line) -> tuple[str, ...]:
    return (
        f"{line.day:%Y-%m-%d}",
        line.username,
        line.product,
        line.sku,
        line.model,
        *_amounts(line),
        "True" if line.net else "False",
        plain(QUOTA),
        ORGANIZATION,
        line.repository,
        line.cost_center,
    )


def _item(line: Line) -> dict[str, object]:
    return {
        "date": f"{line.day:%Y-%m-%dT%H:%M:%SZ}",
        "product": line.product,
        "sku": line.sku,
        "quantity": float(line.quantity),
        "unitType": line.unit,
        "pricePerUnit": float(line.price),
        "grossAmount": float(line.gross),
        "discountAmount": float(line.discount),
        "netAmount": float(line.net),
        "organizationName": ORGANIZATION,
        "repositoryName": line.repository,
    }
