"""Cursor's bill: what its usage events cost beyond the plan, by day, user and model.

Belongs here: what a day's events are in FOCUS (``convert.sql``). Does not belong here:
the files (``formats.cursor``), tokens (``sources.usage.cursor_usage``), and seats,
which no event has (``sources.lists.coding_seats``).
"""

from collections.abc import Sequence
from functools import partial

from pipelines.landing.source import Context, Delivery, Source
from pipelines.sources.formats.cursor import (
    EXPECTED,
    SUMMED_BY,
    claims,
    drops,
    events,
)
from pipelines.sources.formats.package_files import text_beside
from pipelines.sources.formats.summed import tally_of_sums

_REASON = """
    coalesce(left_out, case paid_by
        when 'nobody' then 'it was not charged'
        when 'own key'
            then case when coalesce(charged, 0) = 0
                then 'it was paid by an own API key, on the bill of its vendor' end
        else case when charged is null then 'its cost is not stated' end
    end)
"""


def select(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the FOCUS rows of a month: a day's events of a user and model in one."""
    sql = text_beside(__package__, "convert.sql")
    return sql.format(events=_events(deliveries, period))


def tally(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the events of a month; of a day, one stands for all."""
    return tally_of_sums(_events(deliveries, period), SUMMED_BY, "day")


def _events(deliveries: Sequence[Delivery], period: str) -> str:
    return f"select *, {_REASON} as reason from ({events(deliveries, period)})"


SOURCE = Source(
    name="cursor",
    table="focus",
    description=(
        "What Cursor charges for usage: one charge per day, user, model and way of "
        "paying. Use that a plan includes is billed at 0."
    ),
    expected=EXPECTED,
    claims=claims,
    drops=partial(drops, "cursor"),
    select=select,
    tally=tally,
    restates="rows",
)
