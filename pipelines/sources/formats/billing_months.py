"""Billing months of vendors whose months begin at their own midnight, not at UTC's.

A month of Beijing begins on the last day of the month before at 16:00 UTC, one of the
Pacific on its first day at 07:00 or 08:00. FOCUS's periods are UTC and end before the
next one begins; charges keep their moments. Belongs here: which month a period is, and
its bounds. Does not belong here: periods that are no month (a day, a week, from the
15th), which stay as they are.
"""

# No clock on Earth is further from UTC.
OFFSET = "interval 14 hour"
# February in an inclusive count, to 31 days with an hour of a changed clock.
SHORTEST, LONGEST = "interval 26 day", "interval 32 day"


def month_start(start: str, end: str) -> str:
    """Give the SQL of a period's start: of its month in UTC, where it is a month.

    Args:
        start: SQL of its first moment in UTC.
        end: SQL of its end, inclusive or not; NULL where none is said.
    """
    return f"case when {_is_month(start, end)} then {_first(start)} else {start} end"


def month_end(start: str, end: str) -> str:
    """Give the SQL of a period's end, exclusive where it is a month; NULL stays so."""
    return (
        f"case when {end} is not null and {_is_month(start, end)} "
        f"then {_first(start)} + interval 1 month else {end} end"
    )


def _first(start: str) -> str:
    return f"date_trunc('month', {start} + {OFFSET})"


def _is_month(start: str, end: str) -> str:
    return (
        f"{start} <= {_first(start)} + {OFFSET} and coalesce({end} between "
        f"{start} + {SHORTEST} and {start} + {LONGEST}, true)"
    )
