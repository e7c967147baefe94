"""The figures of a team's week, read from a published version.

Belongs here: sums over the marts of seven closed days and of the seven before. Does not
belong here: words and pictures (``summary``).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from pipelines.alerting.alerts import AlertError

UNASSIGNED = "unassigned"
DAYS = 7
SHOWN_PROJECTS = 5
# Seven closed days, the seven before; and this month's days beside those of the last.
COSTS = f"""
select
    {{key}},
    sum(case when charge_date > $day - {DAYS} then reporting_effective_cost end) as now,
    sum(case when charge_date <= $day - {DAYS} then reporting_effective_cost end)
        as before
from fct_showback_daily
where charge_date > $day - {2 * DAYS} and charge_date <= $day and {{whose}}
group by 1
order by now desc nulls last, 1
"""
MONTH = """
select
    sum(case when charge_date >= $first then reporting_effective_cost end),
    sum(
        case
            when charge_date < $first and day(charge_date) <= day($day)
                then reporting_effective_cost
        end
    )
from fct_showback_daily
where
    charge_date >= $first - interval 1 month
    and charge_date <= $day
    and team_name = $team
"""
BUDGETS = """
select budget_name, budget_status, spent_cost, budget_amount, projected_cost,
    budget_currency
from fct_budget_status_daily
where owner_team = $team and as_of_date = $day
order by spent_cost / nullif(budget_amount, 0) desc nulls last, budget_name
"""
ALERTS = f"""
select alert_date, severity, message
from fct_alerts
where owner_team = $team and alert_date > $day - {DAYS}
order by alert_date desc, severity, message
"""
CLOSED = """
select max(as_of_date)
from (
    select max(as_of_date) as as_of_date from fct_month_end_projections
    union all
    select max(as_of_date) from fct_budget_status_daily
    union all
    select max(as_of_date) from fct_alerts
)
"""
TEAMS = f"""
select distinct team_name
from fct_showback_daily
where
    charge_date > $day - {2 * DAYS}
    and charge_date <= $day
    and team_name <> '{UNASSIGNED}'
order by 1
"""


@dataclass(frozen=True, slots=True)
class Trend:
    """An amount of the newest days beside that of as many before.

    Attributes:
        now, before: exact; None where nothing was charged.
    """

    name: str
    now: Decimal | None
    before: Decimal | None

    @property
    def percent(self) -> Decimal | None:
        """The change in percent; None where there is nothing to compare with."""
        if self.now is None or self.before is None or self.before <= 0:
            return None
        return 100 * (self.now / self.before - 1)


@dataclass(frozen=True, slots=True)
class Budget:
    """A budget of the team on the newest closed day."""

    name: str
    status: str
    spent: Decimal
    amount: Decimal
    projected: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class TeamAlert:
    """An alert of the team's week."""

    alert_date: date
    severity: str
    message: str


@dataclass(frozen=True, slots=True)
class Week:
    """What a team spent in seven closed days, and what it should know.

    Attributes:
        team: its name in ``fct_showback_daily``.
        day: the last of the days.
        currency: the reporting currency; '' where nothing was charged.
        spend: EffectiveCost after allocation, by charge date.
        month: the same of the month up to the day, beside the same days of the month
            before.
        projects: the dearest, and the others as one.
        unowned: what the whole company spent without an owner.
    """

    team: str
    day: date
    currency: str
    spend: Trend
    month: Trend
    projects: list[Trend]
    budgets: list[Budget]
    alerts: list[TeamAlert]
    unowned: Trend


def newest_closed_day(db: duckdb.DuckDBPyConnection) -> date:
    """Give the newest day whose costs are complete.

    Raises:
        AlertError: no day is closed.
    """
    row = db.execute(CLOSED).fetchone()
    if row is None or not isinstance(row[0], date):
        raise AlertError("no day of this version is closed, so no week is summed up")
    return row[0]


def teams_of(database: Path) -> tuple[date, list[str]]:
    """Give the newest closed day, and the teams with cost in the two weeks up to it.

    Raises:
        AlertError: the version cannot be asked, or no day is closed.
    """
    try:
        with duckdb.connect(str(database), read_only=True) as db:
            day = newest_closed_day(db)
            found = db.execute(TEAMS, {"day": day}).fetchall()
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise AlertError(f"{database} cannot be asked: {reason}") from error
    return day, [str(team) for (team,) in found]


def week_of(db: duckdb.DuckDBPyConnection, team: str) -> Week:
    """Sum up the newest seven closed days of a team.

    Raises:
        AlertError: no day is closed.
        duckdb.Error: the version cannot be asked.
    """
    day = newest_closed_day(db)
    of_team = {"day": day, "team": team}
    month = db.execute(MONTH, {**of_team, "first": day.replace(day=1)}).fetchone()
    assert month is not None
    currency = db.execute(
        "select max(reporting_currency) from fct_showback_daily"
    ).fetchone()
    return Week(
        team,
        day,
        str(currency[0] or "") if currency else "",
        _one(db, "spend", "team_name = $team", of_team),
        Trend("month to date", *month),
        _projects(db, of_team),
        [Budget(*row) for row in db.execute(BUDGETS, of_team).fetchall()],
        [TeamAlert(*row) for row in db.execute(ALERTS, of_team).fetchall()],
        _one(db, "unowned", f"team_name = '{UNASSIGNED}'", {"day": day}),
    )


def _one(
    db: duckdb.DuckDBPyConnection, name: str, whose: str, values: dict[str, object]
) -> Trend:
    sql = COSTS.format(key=f"'{name}'", whose=whose)
    row = db.execute(sql, values).fetchone()
    return Trend(*row) if row else Trend(name, None, None)


def _projects(db: duckdb.DuckDBPyConnection, values: dict[str, object]) -> list[Trend]:
    sql = COSTS.format(
        key="coalesce(project_name, 'unassigned')", whose="team_name = $team"
    )
    found = [Trend(*row) for row in db.execute(sql, values).fetchall()]
    if len(found) <= SHOWN_PROJECTS + 1:
        return found
    rest = found[SHOWN_PROJECTS:]
    now = [trend.now for trend in rest if trend.now is not None]
    before = [trend.before for trend in rest if trend.before is not None]
    others = Trend(
        f"{len(rest)} others",
        sum(now, Decimal()) if now else None,
        sum(before, Decimal()) if before else None,
    )
    return [*found[:SHOWN_PROJECTS], others]
