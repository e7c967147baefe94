"""What a month's unit costs, waste, forecast and budgets are, beside the month before.

Belongs here: reading them from marts of a published version, for the whole bill, for a
project or for an account of the bill. Does not belong here: why a cost changed
(``cost_change``), and a figure that no mart has.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import duckdb

from pipelines.reports.scope import ACCOUNTS

# Quotients of sums: an average of unit costs would be none. Tokens have no project of
# their own, so for a project those of the accounts count whose usage is all its own.
# Of inferences only models that are counted in each month there is can be compared.
UNIT_COSTS = f"""
with
{ACCOUNTS}
parts as (

    select
        '1k tokens' as unit_name,
        billing_currency,
        billing_period_start,
        1000 * effective_cost as cost,
        cast(token_count as double) as quantity
    from fct_token_costs_daily
    inner join accounts using (source_name, sub_account_id)
    where token_count is not null

    union all

    select
        'inference (' || replace(hosting, '_', '-') || ')' as unit_name,
        billing_currency,
        billing_period_start,
        effective_cost as cost,
        cast(inference_count as double) as quantity
    from fct_inference_costs_daily
    where
        inference_count > 0
        and is_billed
        and $scope in ('', project_name, sub_account_id)
        and billing_period_start in ($month, $month - interval 1 month)
    qualify count(distinct billing_period_start) over (
        partition by hosting, source_name, sub_account_id, model_id
    ) = count(distinct billing_period_start) over ()

    union all

    select
        'training hour' as unit_name,
        billing_currency,
        billing_period_start,
        effective_cost as cost,
        cast(training_hours as double) as quantity
    from fct_training_hour_costs
    where $scope in ('', project_name)

)

select
    unit_name,
    billing_currency,
    cast(sum(cost) filter (billing_period_start < $month) as double)
        / nullif(sum(quantity) filter (billing_period_start < $month), 0)
        as previous_unit_cost,
    cast(sum(cost) filter (billing_period_start = $month) as double)
        / nullif(sum(quantity) filter (billing_period_start = $month), 0) as unit_cost
from parts
where
    quantity > 0
    and billing_period_start in ($month, $month - interval 1 month)
group by all
order by unit_name, billing_currency
"""
WASTE = """
select reporting_wasted_cost, waste_ratio
from fct_executive_monthly
where billing_period_start = $month and reporting_ai_cost > 0 and $scope = ''
"""
FORECAST = """
select month, projected_cost, upper_90_cost, currency, status
from fct_month_end_projections
where
    (scope_type = 'total' and $scope = '')
    or (scope_type = 'project' and scope_value = $scope)
order by month desc
limit 1
"""
BUDGETS = """
select
    budget_name, spent_cost, budget_amount, budget_currency,
    replace(budget_status, '_', ' ') as status, breach_date
from fct_budget_status_daily
where
    date_trunc('month', as_of_date) = $month
    and ($scope = '' or (scope_type = 'project' and scope_value = $scope))
qualify row_number() over (
    partition by budget_id, valid_from order by as_of_date desc
) = 1
order by spent_cost / nullif(budget_amount, 0) desc, budget_name
"""


@dataclass(frozen=True, slots=True)
class UnitCost:
    """What one of something cost, by currency; None where nothing was counted."""

    unit: str
    currency: str
    previous: float | None
    now: float | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a month is expected to cost by its end."""

    month: date
    cost: Decimal
    upper_90: Decimal | None
    currency: str
    status: str


@dataclass(frozen=True, slots=True)
class Budget:
    """How a budget stood at the end of the month, or on its last closed day."""

    name: str
    spent: Decimal
    amount: Decimal
    currency: str
    status: str
    breach_date: date | None


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a month; what no mart has rows of is empty."""

    unit_costs: Sequence[UnitCost]
    waste: tuple[Decimal, Decimal] | None
    forecast: Forecast | None
    budgets: Sequence[Budget]


def month_figures(
    db: duckdb.DuckDBPyConnection, month: datetime, scope: str
) -> Figures:
    """Read the figures of a month, of a project or account where one is named."""
    given = {"month": month, "scope": scope}
    scoped = {"scope": scope}
    waste = db.execute(WASTE, given).fetchone()
    forecast = db.execute(FORECAST, scoped).fetchone()
    return Figures(
        [UnitCost(*row) for row in db.execute(UNIT_COSTS, given).fetchall()],
        (waste[0], waste[1]) if waste else None,
        Forecast(*forecast) if forecast else None,
        [Budget(*row) for row in db.execute(BUDGETS, given).fetchall()],
    )
