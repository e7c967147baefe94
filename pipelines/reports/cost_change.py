"""Why a month cost another sum than the one before: causes that add up to the change.

Belongs here: which month is explained, and what is read of it. Does not belong here:
the SQL that takes the change apart (``cost_causes``), and the words of a screen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from difflib import get_close_matches

import duckdb

from pipelines.reports.cost_causes import CAUSES, TOTALS

MONTHS = """
select billing_period_start, max(charge_date)
from fct_showback_daily
group by all
order by billing_period_start
"""
# A month is closed when all of its days are; a projection says up to which day.
CLOSED_BEFORE = """
select coalesce(
    (select max(as_of_date) + 1 from fct_month_end_projections),
    (select max(charge_date) + 1 from fct_showback_daily)
)
"""
SCOPES = """
select distinct unnest([project_name, sub_account_id]) as scope
from fct_showback_daily
order by scope
"""


class ChangeError(Exception):
    """There is no such month or project; the message names those that there are."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause of the change, as ``CAUSES`` orders its columns."""

    name: str
    amount: Decimal
    source: str
    provider: str
    unit: str | None
    account: str | None
    team: str | None
    driver: str | None
    previous_quantity: Decimal | None
    quantity: Decimal | None
    previous_requests: Decimal | None
    requests: Decimal | None
    previous_unit_cost: Decimal | None
    unit_cost: Decimal | None


@dataclass(frozen=True, slots=True)
class Change:
    """What a month cost, what the one before did, and every cause in between."""

    month: datetime
    is_closed: bool
    last_day: date
    scope: str
    currency: str
    previous_cost: Decimal
    cost: Decimal
    has_previous: bool
    causes: Sequence[Cause]


def cost_change(db: duckdb.DuckDBPyConnection, month: str, scope: str) -> Change:
    """Read a month's change; without a month, the newest that is closed.

    Raises:
        ChangeError: there are no charges, or none of the month or the project.
    """
    last_days: dict[datetime, date] = dict(db.execute(MONTHS).fetchall())
    [(closed_before,)] = db.execute(CLOSED_BEFORE).fetchall()
    closed = [m for m in last_days if _next(m).date() <= closed_before]
    chosen = _chosen(last_days, closed, month)
    _require(db, scope)
    given = {"month": chosen, "scope": scope}
    [(previous_cost, cost, currency)] = db.execute(TOTALS, given).fetchall()
    has_previous = any(_next(m) == chosen for m in last_days)
    causes = db.execute(CAUSES, given).fetchall() if has_previous else []
    return Change(
        chosen,
        chosen in closed,
        last_days[chosen],
        scope,
        currency or "",
        previous_cost,
        cost,
        has_previous,
        [Cause(*row) for row in causes],
    )


def _chosen(
    last_days: Mapping[datetime, date], closed: Sequence[datetime], month: str
) -> datetime:
    """Choose the month that is named, else the newest that is closed and whole."""
    if not last_days:
        raise ChangeError("no month has charges; build from a bill first")
    known = {f"{m:%Y-%m}": m for m in last_days}
    if month and month not in known:
        raise ChangeError(f"no charges in {month}; expected one of {', '.join(known)}")
    whole = [m for m in closed if last_days[m] + timedelta(days=1) >= _next(m).date()]
    return known[month] if month else (whole or closed or list(last_days))[-1]


def _require(db: duckdb.DuckDBPyConnection, scope: str) -> None:
    scopes = [row[0] for row in db.execute(SCOPES).fetchall()]
    if scope and scope not in scopes:
        near = get_close_matches(scope, scopes, 3, 0.4) or scopes
        raise ChangeError(
            f"no charges of project {scope!r}; expected a project_name or "
            f"sub_account_id of fct_showback_daily, such as {', '.join(near[:3])}"
        )


def _next(month: datetime) -> datetime:
    return (month + timedelta(days=31)).replace(day=1)
