"""A day's tokens cut into calls that add up to it, for the logs of calls.

Belongs here: how big calls are and when they come. Who calls what belongs to the
module of the log.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sample_company.seeded import between, digest

# Calls come between six in the morning and ten at night.
FIRST_HOUR, OPEN_SECONDS = 6, 16 * 3600


@dataclass(frozen=True, slots=True)
class Call:
    """One call: its place in the day, when it began, how long it took, its tokens."""

    number: int
    at: datetime
    milliseconds: int
    tokens: tuple[int, ...]

    @property
    def ended_at(self) -> datetime:
        """When the answer was complete."""
        return self.at + timedelta(milliseconds=self.milliseconds)


def calls(
    day: datetime, totals: Sequence[int], size: int, *key: object
) -> Iterator[Call]:
    """Cut totals into calls of about ``size`` tokens; the calls sum to the totals.

    Args:
        day: when they were.
        totals: the day's tokens by class.
        size: tokens of an average call, all classes together.
        key: identifies the caller.
    """
    count = max(1, round(sum(totals) / size))
    # Not all alike, and still few different ones: a sample has to stay small.
    weights = [70 + 10 * (digest(day, *key, n)[0] % 7) for n in range(count)]
    whole, left = sum(weights), tuple(totals)
    for number, weight in enumerate(weights):
        # Calls of one weight are alike; the last one takes what is left over.
        tokens = tuple(total * weight // whole for total in totals)
        if number == count - 1:
            tokens = left
        left = tuple(a - b for a, b in zip(left, tokens, strict=True))
        seconds = FIRST_HOUR * 3600 + OPEN_SECONDS * number // count
        swing = between("18", "31", day, *key, weight)
        yield Call(
            number,
            day + timedelta(seconds=seconds),
            int(900 + tokens[-1] * swing / 10),
            tokens,
        )
