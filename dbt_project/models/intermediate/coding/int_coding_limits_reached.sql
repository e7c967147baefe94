-- On which day a developer's use reached what the seat includes, and the cost went over the
-- cap: each day's sum so far beside the owner's list.
{%- set user = [
    'tool_name', 'developer_id', 'billing_currency', 'billing_period_start',
] %}
with

costs as (

    select
        *,
        coalesce(on_demand_cost, 0) + coalesce(included_cost, 0) as use_value
    from {{ ref('int_coding_costs_daily') }}

),

seats as (

    select * from {{ ref('int_coding_seats_monthly') }}

),

running as (

    select
        {{ user | join(', ') }},
        charge_date,
        sum(sum(use_value)) over so_far as running_use_value,
        sum(sum(effective_cost)) over so_far as running_effective_cost
    from costs
    group by {{ user | join(', ') }}, charge_date
    window so_far as (
        partition by {{ user | join(', ') }}
        order by charge_date
    )

),

reached as (

    select
        {{ user | join(', ') }},
        min(running.charge_date) filter (
            where running.running_use_value >= seats.included_amount
        ) as pool_used_up_date,
        min(running.charge_date) filter (
            where running.running_effective_cost > seats.spend_cap
        ) as cap_passed_date
    from running
    inner join seats using ({{ user | join(', ') }})
    group by all

)

select * from reached
