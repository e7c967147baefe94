-- The day on which a budget is spent, as things go: day by day at the burn rate, and by what
-- comes once a month on its day, whichever passes the amount first.
with

budget_days as (

    select * from {{ ref('int_budget_days') }}

),

scheduled as (

    select * from {{ ref('int_budget_scheduled_costs') }}

),

-- Between two due dates a budget burns evenly; each part of the way begins with what was
-- due until then.
parts as (

    select
        budget_id,
        valid_from,
        as_of_date,
        as_of_date + 1 as begins_on,
        0 as due_cost
    from budget_days

    union all

    select
        budget_id,
        valid_from,
        as_of_date,
        due_date as begins_on,
        sum(cost) over (
            partition by budget_id, valid_from, as_of_date order by due_date
        ) as due_cost
    from scheduled

),

measured as (

    select
        parts.*,
        budget_days.days_left,
        budget_days.daily_burn,
        cast(
            budget_amount - spent_cost - undelivered_cost - due_cost as double
        ) as remaining
    from parts
    inner join budget_days using (budget_id, valid_from, as_of_date)

),

-- The last days of a pot may lie further ahead than a date can say.
passed as (

    select
        *,
        case
            when remaining < 0 then begins_on
            when daily_burn > 0 then greatest(
                begins_on,
                as_of_date + cast(least(ceil(remaining / daily_burn), 36500) as integer)
            )
        end as breach_date
    from measured

),

final as (

    select
        budget_id,
        valid_from,
        as_of_date,
        min(breach_date) as breach_date
    from passed
    where breach_date <= as_of_date + days_left
    group by all

)

select * from final
