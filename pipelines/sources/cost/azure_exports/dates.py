"""Return what the texts of dates mean: for a whole delivery, never for a single row.

``03/04/2026`` is a day of March or of April. One ``03/13/2026`` in the same delivery
decides for all of it; where none does, the month that it must be of decides; where
that is not known either, nobody may guess.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import product

from pipelines.landing.source import ExportError, quoted

SLASHED = re.compile(r"\s*(\d{1,2})/(\d{1,2})/(\d{4})(?!\d)")
ISO = re.compile(r"\s*(\d{4})-(\d{2})-(\d{2})(?!\d)")
CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M:%S %p")


@dataclass(frozen=True, slots=True)
class Style:
    """How dates with slashes are read: month first, or day first."""

    is_month_first: bool = True

    def read(self, text: str) -> date | None:
        """Read one text; None when it is no date."""
        try:
            if found := ISO.match(text):
                return date(int(found[1]), int(found[2]), int(found[3]))
            if not (found := SLASHED.match(text)):
                return None
            first, second, year = int(found[1]), int(found[2]), int(found[3])
            month, day = (first, second) if self.is_month_first else (second, first)
            return date(year, month, day)
        except ValueError:
            return None

    def months(self, texts: Iterable[str]) -> set[str]:
        """Give the months of the texts that are dates."""
        days = (self.read(text) for text in texts)
        return {f"{day:%Y-%m}" for day in days if day}

    def sql(self, text: str) -> str:
        """Give the expression that reads a text as a timestamp; NULL when it cannot."""
        order = "%m/%d/%Y" if self.is_month_first else "%d/%m/%Y"
        formats = ", ".join(quoted(order + clock) for clock in CLOCKS)
        return (
            f"case when contains({text}, '/') then try_strptime({text}, [{formats}]) "
            f"else try_cast({text} as timestamp) end"
        )


def decide(place: str, texts: Collection[str], months: Collection[str]) -> Style:
    """Decide how a delivery writes dates.

    Args:
        place: source and file, for the message.
        texts: every date text of the delivery.
        months: the months that it must be of; empty when nobody knows.

    Raises:
        ExportError: both readings are possible, or none is.
    """
    slashed = [text for text in texts if SLASHED.match(text)]
    styles = Style(is_month_first=True), Style(is_month_first=False)
    possible = [s for s in styles if all(s.read(text) for text in slashed)]
    if len(possible) == 1 or not slashed:
        return possible[0]
    if not possible:
        shown = min(text for text, s in product(slashed, styles) if not s.read(text))
        raise ExportError(
            f"{place}: dates are written month first and day first, {shown!r} for "
            "example; expected one way in all files of a delivery"
        )
    fitting = [s for s in possible if _fits(s.months(slashed), months)]
    if len(fitting) == 1 or len({frozenset(s.months(slashed)) for s in fitting}) == 1:
        return fitting[0]
    raise ExportError(
        f"{place}: {min(slashed)!r} may be month first or day first, and nothing in "
        "the file says which; expected the run's manifest.json beside it"
    )


def _fits(found: set[str], months: Collection[str]) -> bool:
    """Return whether a reading is of the known months, else of one month only."""
    return found <= set(months) if months else len(found) == 1
