"""The three billing months of the story, and how time is cut.

Belongs here: calendar. What happens in a month is in ``story``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

Span = tuple[datetime, datetime]


def at(text: str) -> datetime:
    """Read a UTC time of 2026, '08-14 06:00'."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Month:
    """A billing month, end exclusive."""

    start: datetime
    end: datetime

    @property
    def period(self) -> str:
        """The month as '2026-08'."""
        return f"{self.start:%Y-%m}"

    def hours(self) -> Iterator[datetime]:
        """Give the start of every hour."""
        count = int((self.end - self.start) / HOUR)
        return (self.start + HOUR * number for number in range(count))

    def days(self) -> Iterator[datetime]:
        """Give the start of every day."""
        return (
            self.start + DAY * number for number in range((self.end - self.start).days)
        )

    def within(self, span: Span) -> Span | None:
        """Cut a span to the month; None when nothing of it is left."""
        start, end = max(span[0], self.start), min(span[1], self.end)
        return (start, end) if start < end else None


AUGUST = Month(at("08-01 00:00"), at("09-01 00:00"))
SEPTEMBER = Month(at("09-01 00:00"), at("10-01 00:00"))
OCTOBER = Month(at("10-01 00:00"), at("11-01 00:00"))
MONTHS = (AUGUST, SEPTEMBER, OCTOBER)
STORY_END = OCTOBER.end
