-- Each day of a budget up to the last closed one, with what its scope cost on it. Days
-- without cost are days all the same: a budget of something that nobody runs is not spent.
with

budgets as (select * from {{ ref('int_budgets') }}),

days as (select * from {{ ref('int_days') }}),

closed as (

    select max(newest_closed_date) as closed_date
    from {{ ref('int_days_closed') }}

),

costs as (

    select * from {{ ref('int_scope_costs_daily') }}

),

scheduled as (

    select
        budget_id,
        valid_from,
        as_of_date,
        sum(cost) as scheduled_cost
    from {{ ref('int_budget_scheduled_costs') }}
    group by all

),

rates as (

    select * from {{ ref('int_scope_burn_rates_daily') }}

),

budget_days as (

    select
        budgets.*,
        days.calendar_date as as_of_date,
        case budgets.cost_basis
            when 'billed' then coalesce(costs.billed_cost, 0)
            else coalesce(costs.effective_cost, 0)
        end as day_cost,
        case budgets.cost_basis
            when 'billed' then coalesce(costs.undelivered_billed_cost, 0)
            else coalesce(costs.undelivered_effective_cost, 0)
        end as day_undelivered_cost
    from budgets

    cross join closed

    inner join days
        on
            budgets.valid_from <= days.calendar_date
            and budgets.valid_to > days.calendar_date
            and closed.closed_date >= days.calendar_date

    left join costs
        on
            budgets.scope_type = costs.scope_type
            and budgets.scope_value = costs.scope_value
            and budgets.budget_currency = costs.currency
            and days.calendar_date = costs.charge_date

),

-- Only days up to the one that is looked at: each row is what was known on its day. What is
-- billed goes on as it is billed: a commitment that is paid on the 1st is no daily cost.
-- A week of credits gives back no part of what is spent in the days to come.
spent as (

    select
        budget_days.*,
        case budget_days.cost_basis
            when 'billed' then greatest(0, coalesce(rates.billed_mean_7, 0))
            else greatest(0, coalesce(rates.mean_7, 0))
        end as daily_burn,
        case budget_days.cost_basis
            when 'billed' then rates.billed_deviation_28
            else rates.deviation_28
        end as deviation_28,
        coalesce(scheduled.scheduled_cost, 0) as scheduled_cost,
        cast(budget_days.valid_to - budget_days.as_of_date - 1 as integer) as days_left,
        cast(budget_days.valid_to - budget_days.valid_from as integer) as day_count,
        sum(budget_days.day_cost) over to_date as spent_cost,
        sum(budget_days.day_undelivered_cost) over to_date as undelivered_cost

    from budget_days

    left join rates
        on
            budget_days.scope_type = rates.scope_type
            and budget_days.scope_value = rates.scope_value
            and budget_days.budget_currency = rates.currency
            and budget_days.as_of_date = rates.known_date

    left join scheduled
        on
            budget_days.budget_id = scheduled.budget_id
            and budget_days.valid_from = scheduled.valid_from
            and budget_days.as_of_date = scheduled.as_of_date

    window
        to_date as (
            partition by budget_days.budget_id, budget_days.valid_from
            order by budget_days.as_of_date
        )

)

select * exclude (day_undelivered_cost) from spent
