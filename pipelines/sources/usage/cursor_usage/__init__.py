"""Cursor's usage events as usage: tokens by day, user and model.

Belongs here: what an event used, and who bills it. Does not belong here: what it cost,
which ``sources.cost.cursor`` reads from the same files.
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
    coalesce(left_out, case
        when least(uncached, cache_write, cache_read, output) < 0
            then 'a token count below zero'
    end)
"""


def select(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the usage rows of a month: a day's events of a user and model in one."""
    sql = text_beside(__package__, "convert.sql")
    return sql.format(events=_events(deliveries, period))


def tally(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the events of a month; of a day, one stands for all."""
    return tally_of_sums(_events(deliveries, period), SUMMED_BY, "day")


def _events(deliveries: Sequence[Delivery], period: str) -> str:
    return f"select *, {_REASON} as reason from ({events(deliveries, period)})"


SOURCE = Source(
    name="cursor_usage",
    table="model_usage",
    description="What Cursor used: tokens and requests by day, user and model.",
    expected=EXPECTED,
    claims=claims,
    drops=partial(drops, "cursor_usage"),
    select=select,
    tally=tally,
    restates="rows",
)
