-- Seats of coding tools that nobody used in the month. A seat of which nobody tells whether
-- it was used is none.
with

users as (

    select * from {{ ref('fct_coding_users_monthly') }}
    where is_seat_used = false

),

-- The source that bills the seats of a tool.
bills as (

    select
        tool_name,
        billing_currency,
        billing_period_start,
        {{ of_largest('source_name', 'seat_cost') }} as source_name
    from {{ ref('fct_coding_costs_daily') }}
    where seat_cost > 0
    group by all

)

select
    'give_back_seat' as opportunity_type,
    bills.source_name,
    users.tool_name as service_provider_name,
    cast(null as varchar) as sub_account_id,
    users.developer_id as scope_value,
    users.tool_name as detail,
    users.billing_currency,
    users.seat_cost as scope_cost,
    users.seat_cost as gross_saving,
    users.billing_period_start
from users
inner join bills using (tool_name, billing_currency, billing_period_start)
where users.seat_cost > 0
