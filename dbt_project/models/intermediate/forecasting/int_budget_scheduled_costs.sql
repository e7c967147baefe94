-- What a budget's scope is still to be charged once a month, as seen on each of its days:
-- each charge on its day of every month until the budget ends, unless it did not come in
-- time or its next came already.
with

budgets as (

    select * from {{ ref('int_budgets') }}

),

days as (

    select * from {{ ref('int_days') }}

),

closed as (

    select max(newest_closed_date) as newest_closed_date
    from {{ ref('int_days_closed') }}

),

scheduled as (

    select * from {{ ref('int_scope_scheduled_costs') }}

),

due as (

    select
        budgets.budget_id,
        budgets.valid_from,
        budgets.valid_to,
        days.calendar_date as as_of_date,
        scheduled.charge_date,
        case budgets.cost_basis
            when 'billed' then scheduled.billed_cost
            else scheduled.effective_cost
        end as cost,
        unnest(
            range(1, 1 + datediff('month', scheduled.charge_date, budgets.valid_to))
        ) as months_later

    from budgets

    cross join closed

    inner join days
        on
            budgets.valid_from <= days.calendar_date
            and budgets.valid_to > days.calendar_date
            and closed.newest_closed_date >= days.calendar_date

    inner join scheduled
        on
            budgets.scope_type = scheduled.scope_type
            and budgets.scope_value = scheduled.scope_value
            and budgets.budget_currency = scheduled.currency
            and days.calendar_date >= scheduled.charge_date
            and coalesce(days.calendar_date < scheduled.replaced_on, true)
            and least(days.calendar_date, scheduled.closed_date)
            < scheduled.charge_date + interval 1 month

),

dated as (

    select
        budget_id,
        valid_from,
        as_of_date,
        cast(charge_date + months_later * interval 1 month as date) as due_date,
        sum(cost) as cost
    from due
    where
        charge_date + months_later * interval 1 month > as_of_date
        and charge_date + months_later * interval 1 month < valid_to
    group by all

)

select * from dated
where cost != 0
