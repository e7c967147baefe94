"""Lumenloop's developers, and what their coding tools did.

Belongs here: who holds which seat, works where and how much, because a bill, a log and
a list must agree on it. Does not belong here: how a tool writes it down.

developer-05 costs more than the cap in October. developer-08 has not opened Cursor
since 5 August, and developer-12 never used Copilot. developer-09 and developer-10 have
seats of Claude Code, whose use is in their own logs only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sample_company.months import OCTOBER, Month

CURSOR, COPILOT, CLAUDE_CODE = "Cursor", "GitHub Copilot", "Claude Code"
CURSOR_SEAT, CLAUDE_SEAT = Decimal(40), Decimal(100)
# What of use a seat of Cursor includes a month, and what a developer may cost in it.
CURSOR_POOL, CURSOR_CAP = Decimal(20), Decimal(150)
ORGANIZATION = "lumenloop"


@dataclass(frozen=True, slots=True)
class Developer:
    """Somebody who writes code; an hour of theirs is not on any bill.

    Attributes:
        number: of the name.
        team: where they work.
        repository: what they change.
        tools: the seats that they hold.
        pace: dollars of use a working day; from October on the second one.
        merged: pull requests a month.
    """

    number: int
    team: str
    repository: str
    tools: tuple[str, ...]
    pace: tuple[str, str]
    merged: int

    @property
    def address(self) -> str:
        """The person, in every tool but GitHub's: a handle in place of the address."""
        return f"developer-{self.number:02}"

    @property
    def login(self) -> str:
        """The person at GitHub."""
        return f"lumenloop-dev-{self.number:02}"

    def pace_in(self, month: Month) -> Decimal:
        """Dollars of use a working day of a month."""
        return Decimal(self.pace[month == OCTOBER])


DEVELOPERS = (
    Developer(1, "search", "answers", (CURSOR,), ("1.1", "1.3"), 5),
    Developer(2, "search", "answers", (CURSOR,), ("0.5", "0.6"), 3),
    Developer(3, "search", "ranker", (COPILOT,), ("0.9", "1.2"), 4),
    Developer(4, "platform", "cluster", (CURSOR,), ("1.9", "3.1"), 6),
    Developer(5, "platform", "cluster", (CURSOR,), ("2.2", "6.8"), 7),
    Developer(6, "platform", "cluster", (COPILOT,), ("0.6", "0.7"), 2),
    Developer(7, "marketing", "site", (CURSOR,), ("0.4", "0.4"), 2),
    Developer(8, "marketing", "site", (CURSOR,), ("0", "0"), 1),
    Developer(9, "training", "trainer", (COPILOT, CLAUDE_CODE), ("0.5", "0.8"), 4),
    Developer(10, "training", "trainer", (COPILOT, CLAUDE_CODE), ("0.3", "0.4"), 3),
    Developer(11, "search", "ranker", (COPILOT,), ("0.8", "0.9"), 3),
    Developer(12, "marketing", "site", (COPILOT,), ("0", "0"), 0),
)


def holders(tool: str) -> tuple[Developer, ...]:
    """Give who holds a seat of a tool."""
    return tuple(one for one in DEVELOPERS if tool in one.tools)


def working_days(month: Month) -> Iterator[datetime]:
    """Give the days of a month from Monday to Friday."""
    return (day for day in month.days() if day.weekday() < 5)
