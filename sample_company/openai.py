"""OpenAI: tokens metered by the Usage API and money billed by the Costs API.

Belongs here: what callers used, what was billed for it, and the four ways in which
the bill differs from the meter. Page files are written by ``openai_pages``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache

from sample_company.months import DAY, MONTHS, OCTOBER, SEPTEMBER, Month, at
from sample_company.seeded import between, money

BIG = "gpt-4o-2024-08-06"
MINI = "gpt-4o-mini-2024-07-18"
EMBEDDING = "text-embedding-3-small"
# Dollars per million tokens: input, cached input, output. Batch costs half.
LIST_PRICES = {
    BIG: {"input": "2.50", "cached input": "1.25", "output": "10.00"},
    MINI: {
        "input": "0.15",
        "cached input": "0.075",
        "output": "0.60",
        "training": "3.00",
    },
    EMBEDDING: {"input": "0.02"},
}
RISE_SINCE = at("10-15 00:00")
RISE_MODEL = MINI
RISE = Decimal("1.2")
UNMETERED = "proj_growth_experiment"
LATE_DAY = at("09-30 00:00")
LATE_PROJECT, LATE_MODEL = "proj_search", BIG
LATE_TENTHS = 3
# On this day the meter did not say that the nightly job was a batch.
UNFLAGGED_DAY = at("10-08 00:00")
# Its plan is 2,000 USD a month (lists/budgets.csv); October runs to five times that.
CHATBOT = "proj_marketing_chatbot"


@dataclass(frozen=True, slots=True)
class Caller:
    """A key that calls one model: dollars per month and the shape of a request."""

    project: str
    api_key: str
    model: str
    budgets: tuple[int, int, int]
    input_tokens: int
    output_tokens: int = 0
    cached_share: str = "0"
    batch: bool = False


CALLERS = (
    Caller(
        "proj_search", "key_search_prod", BIG, (1700, 1800, 1950), 2600, 420, "0.45"
    ),
    Caller(
        "proj_search",
        "key_search_nightly",
        MINI,
        (360, 390, 420),
        5200,
        600,
        batch=True,
    ),
    Caller("proj_search", "key_search_index", EMBEDDING, (95, 100, 110), 900),
    Caller(CHATBOT, "key_chatbot_web", BIG, (1640, 1800, 8300), 3100, 380, "0.30"),
    Caller(CHATBOT, "key_chatbot_web", MINI, (370, 400, 1650), 1800, 260, "0.20"),
    Caller(
        "proj_support", "key_support_triage", MINI, (540, 560, 590), 2200, 310, "0.35"
    ),
    Caller(UNMETERED, "key_growth_trial", MINI, (0, 160, 340), 1500, 700, "0.05"),
    Caller(UNMETERED, "key_growth_trial", BIG, (0, 270, 610), 1900, 640, "0.05"),
)


_TUNER = Caller("proj_support", "key_support_tuning", MINI, (0, 0, 0), 0)
# What the vendor trained on, all epochs; the Usage API does not count such tokens.
FINE_TUNED = {at("09-22 00:00"): 12_600_000, at("10-06 00:00"): 18_900_000}


@dataclass(frozen=True, slots=True)
class Metered:
    """What one caller used on one day; input includes the cached part."""

    day: datetime
    caller: Caller
    requests: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int

    def classes(self) -> Iterator[tuple[str, int]]:
        """Give the tokens by price class; the classes share no token."""
        yield "input", self.input_tokens - self.cached_tokens
        if self.cached_tokens:
            yield "cached input", self.cached_tokens
        if self.output_tokens:
            yield "output", self.output_tokens


@dataclass(frozen=True, slots=True)
class Billed:
    """One line of the Costs API, and what its tokens cost at list price."""

    day: datetime
    caller: Caller
    token_class: str
    quantity: int
    amount: Decimal
    list_amount: Decimal

    @property
    def line_item(self) -> str:
        """The text by which the vendor names the line."""
        tier = "batch, " if self.caller.batch else ""
        return f"{self.caller.model}, {tier}{self.token_class}"


def list_price(caller: Caller, token_class: str) -> Decimal:
    """Give the list price of one token."""
    price = Decimal(LIST_PRICES[caller.model][token_class]).scaleb(-6)
    return price / 2 if caller.batch else price


def _weight(caller: Caller, day: datetime) -> Decimal:
    rhythm = Decimal("0.6") if day.weekday() > 4 else Decimal(1)
    if caller.project == CHATBOT and day >= OCTOBER.start:
        # A campaign sends the whole web site's visitors to the chatbot.
        rhythm = Decimal("0.3") if day < at("10-08 00:00") else Decimal("1.35")
    swing = between("0.9", "1.1", "openai", caller.project, caller.model, day)
    return rhythm * swing


def _day(caller: Caller, day: datetime, budget: Decimal) -> Metered:
    cached = int(caller.input_tokens * Decimal(caller.cached_share))
    one = Metered(day, caller, 1, caller.input_tokens, cached, caller.output_tokens)
    cost = sum(list_price(caller, name) * tokens for name, tokens in one.classes())
    requests = max(1, int(budget / cost))

    def total(tokens: int, name: str) -> int:
        swing = between("0.97", "1.03", name, caller.project, caller.model, day)
        return int(requests * tokens * swing)

    return Metered(
        day,
        caller,
        requests,
        total(caller.input_tokens, "input"),
        total(cached, "cached"),
        total(caller.output_tokens, "output"),
    )


def _month(caller: Caller, month: Month) -> Iterator[Metered]:
    budget = Decimal(caller.budgets[MONTHS.index(month)])
    if not budget:
        return
    weights = {day: _weight(caller, day) for day in month.days()}
    whole = sum(weights.values())
    for day, weight in weights.items():
        yield _day(caller, day, budget * weight / whole)


@cache
def used() -> tuple[Metered, ...]:
    """Give everything that was used, metered or not, day by day."""
    return tuple(
        sorted(
            (row for month in MONTHS for c in CALLERS for row in _month(c, month)),
            key=lambda row: (row.day, CALLERS.index(row.caller)),
        )
    )


def metered() -> list[Metered]:
    """Give what the Usage API knows: one project is never in it."""
    return [row for row in used() if row.caller.project != UNMETERED]


def late_tokens(row: Metered) -> dict[str, int]:
    """Give the tokens that are billed a day later than they were used."""
    late = (
        row.day == LATE_DAY
        and row.caller.project == LATE_PROJECT
        and row.caller.model == LATE_MODEL
    )
    return {
        name: tokens * LATE_TENTHS // 10 if late else 0
        for name, tokens in row.classes()
    }


def price_factor(model: str, day: datetime) -> Decimal:
    """Give the factor on the list price at which a day is billed."""
    return RISE if model == RISE_MODEL and day >= RISE_SINCE else Decimal(1)


@cache
def billed() -> tuple[Billed, ...]:
    """Give every line of the Costs API, day by day."""
    tokens: dict[tuple[datetime, Caller, str], int] = {}
    for row in used():
        late = late_tokens(row)
        for name, quantity in row.classes():
            key, next_key = (
                (row.day, row.caller, name),
                (row.day + DAY, row.caller, name),
            )
            tokens[key] = tokens.get(key, 0) + quantity - late[name]
            if late[name]:
                tokens[next_key] = tokens.get(next_key, 0) + late[name]
    lines = []
    for (day, caller, name), quantity in tokens.items():
        price = list_price(caller, name)
        amount = money(quantity * price * price_factor(caller.model, day))
        lines.append(Billed(day, caller, name, quantity, amount, quantity * price))
    for day, quantity in FINE_TUNED.items():
        amount = money(quantity * list_price(_TUNER, "training"))
        lines.append(Billed(day, _TUNER, "training", quantity, amount, amount))
    order = [*CALLERS, _TUNER]
    return tuple(
        sorted(lines, key=lambda row: (row.day, order.index(row.caller), row.line_item))
    )


def billed_in(month: Month) -> list[Billed]:
    """Give the lines of the buckets of a month."""
    return [row for row in billed() if month.start <= row.day < month.end]


def planted() -> list[tuple[Month, str, Decimal, str]]:
    """Give month, cause, amount and note of every difference from the meter."""
    found = []
    for month in (SEPTEMBER, OCTOBER):
        unmetered = [
            r.amount for r in billed_in(month) if r.caller.project == UNMETERED
        ]
        note = f"billed for {UNMETERED}, which is in no usage pull"
        found.append((month, "unmetered_caller", sum(unmetered, Decimal(0)), note))
    risen = sum(
        (
            row.amount - row.list_amount
            for row in billed()
            if row.caller.project != UNMETERED
        ),
        Decimal(0),
    )
    note = (
        f"{RISE_MODEL} billed 20 % above list since {RISE_SINCE:%Y-%m-%d}; without "
        f"{UNMETERED}, whose whole bill is unmetered_caller"
    )
    found.append((OCTOBER, "price_drift", risen, note))
    late = sum(
        (
            list_price(row.caller, name) * tokens
            for row in used()
            for name, tokens in late_tokens(row).items()
        ),
        Decimal(0),
    )
    note = f"{LATE_MODEL} of {LATE_PROJECT}: metered 2026-09-30, billed 2026-10-01"
    found.append((SEPTEMBER, "late_usage", -late, note))
    found.append((OCTOBER, "late_usage", late, note))
    # Batch costs half: the meter's standard price is twice what is billed.
    unflagged = sum(
        (
            list_price(row.caller, name) * tokens
            for row in used()
            if row.day == UNFLAGGED_DAY and row.caller.batch
            for name, tokens in row.classes()
        ),
        Decimal(0),
    )
    note = f"a batch of {UNFLAGGED_DAY:%Y-%m-%d} was metered as standard"
    found.append((OCTOBER, "batch", -unflagged, note))
    return found


def total(month: Month) -> Decimal:
    """Give the sum of a month's rows in the Costs API."""
    return sum((row.amount for row in billed_in(month)), Decimal(0))
