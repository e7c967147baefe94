"""What the rows of a run say of it: its months, its days, whose bill it is.

Belongs here: everything that is read before a row is converted. Which files are one run
is in ``drops``.
"""

import re
from calendar import monthrange
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import reduce

from pipelines.landing.bills import Bill, end_of, start_of
from pipelines.landing.source import Candidate, ExportError
from pipelines.sources.cost.azure_exports.dates import Style, decide

# '20260901-20260930', the folder of a month or of the days that runs are of.
RANGE = re.compile(r"(?:^|/)(20\d{6})-(20\d{6})(?:/|$)")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rows of a file say about the run that it is part of.

    Attributes:
        rows: how many there are.
        dates: the texts of the days of charges.
        starts: the texts of the first days of billing periods.
        others: the texts of all other dates.
        accounts: who is billed.
        subscriptions: the subscription that used it; else the account.
        words: values of a few columns that the conversion needs a table for.
        marks: how many rows speak for something, by its name.
    """

    rows: int = 0
    dates: frozenset[str] = frozenset()
    starts: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    subscriptions: frozenset[str] = frozenset()
    words: frozenset[tuple[str, ...]] = frozenset()
    marks: frozenset[tuple[str, int]] = frozenset()

    def marked(self, mark: str) -> int:
        """Count the rows that speak for something."""
        return sum(count for name, count in self.marks if name == mark)

    def texts(self) -> frozenset[str]:
        """Give every text of a date."""
        return self.dates | self.starts | self.others


@dataclass(frozen=True, slots=True)
class MonthRule:
    """How the rows of a delivery belong to months: by which date, and how it is read.

    Attributes:
        style: how dates are read.
        is_by_day: by the day of the charge; else by the start of the billing period.
        months: the months.
    """

    style: Style
    is_by_day: bool
    months: tuple[str, ...]


def merged(facts: Iterable[Facts]) -> Facts:
    """Put the facts of several files together."""

    def both(one: Facts, other: Facts) -> Facts:
        names = {name for name, _ in one.marks | other.marks}
        return Facts(
            rows=one.rows + other.rows,
            dates=one.dates | other.dates,
            starts=one.starts | other.starts,
            others=one.others | other.others,
            accounts=one.accounts | other.accounts,
            subscriptions=one.subscriptions | other.subscriptions,
            words=one.words | other.words,
            marks=frozenset((n, one.marked(n) + other.marked(n)) for n in names),
        )

    return reduce(both, facts, Facts())


def month_rule(place: str, facts: Facts, months: Collection[str]) -> MonthRule:
    """Return the months that rows belong to.

    A billing period that is no calendar month (old pay-as-you-go accounts) would lie
    in two runs of monthly exports, each of which has a part of it; there the day of
    the charge decides.

    Raises:
        ExportError: the dates cannot be read, or are of other months than these.
    """
    style = decide(place, facts.texts(), months)
    starts = [style.read(text) for text in facts.starts]
    of_periods = style.months(facts.starts)
    of_days = style.months(facts.dates)
    by_period = bool(starts) and all(day and day.day == 1 for day in starts)
    if by_period and not (months and of_periods - set(months)):
        return MonthRule(style, is_by_day=False, months=tuple(sorted(of_periods)))
    if of_days and not (months and of_days - set(months)):
        return MonthRule(style, is_by_day=True, months=tuple(sorted(of_days)))
    found = ", ".join(sorted(of_periods | of_days)) or "no month"
    raise ExportError(
        f"{place}: has rows of {found}, expected rows of "
        f"{', '.join(sorted(months)) or 'a month, by their dates'}"
    )


def range_of(file: Candidate) -> tuple[date, date] | None:
    """Read the days of a run from its folder; None where none names them."""
    found = RANGE.search(file.name)
    if found is None:
        return None
    try:
        first, last = (date.fromisoformat(text) for text in found.groups())
    except ValueError:
        return None
    return first, last


def bills_of(
    facts: Facts,
    months: Iterable[str],
    rule: MonthRule | None,
    stated: tuple[date, date] | None,
) -> tuple[Bill, ...]:
    """Give what a run bills in each month: the days that it states, else its rows'."""
    days = [d for text in facts.dates if rule and (d := rule.style.read(text))]
    found = []
    for month in months:
        is_by_day = rule is not None and rule.is_by_day
        mine = [d for d in days if not is_by_day or f"{d:%Y-%m}" == month]
        if stated:
            mine += _within(month, *stated)
        found.append(
            Bill(
                month,
                facts.accounts,
                facts.subscriptions,
                start_of(min(mine)) if mine else None,
                end_of(max(mine)) if mine else None,
            )
        )
    return tuple(found)


def _within(month: str, first: date, last: date) -> list[date]:
    """Give the first and the last day of a run that are in a month; none outside.

    A run of several months covers each from its beginning, and to its end.
    """
    start = date.fromisoformat(f"{month}-01")
    end = start.replace(day=monthrange(start.year, start.month)[1])
    return [max(first, start), min(last, end)] if first <= end and last >= start else []
