-- Each optimization in its newest state, and what its scope cost before and after it was
-- done.
{#- How long before the change is looked at, and how soon after it nothing is measured. -#}
{%- set days_before = 28 %}
{%- set least_days_after = 7 %}
with

optimizations as (

    select * from {{ ref('stg_lists__optimizations') }}

),

costs as (

    select * from {{ ref('int_scope_costs_daily') }}

),

drivers as (

    select * from {{ ref('int_scope_drivers_daily') }}

),

current_states as (

    select
        *,
        case state when 'done' then valid_from end as done_date
    from optimizations
    qualify
        row_number() over (partition by optimization_id order by valid_from desc) = 1

),

-- What recurs alone: tax, credits and adjustments come when they come.
days as (

    select
        current_states.optimization_id,
        costs.charge_date >= current_states.done_date as is_after,
        costs.recurring_cost as effective_cost,
        drivers.driver_name,
        drivers.quantity
    from current_states
    inner join costs
        on
            current_states.scope_type = costs.scope_type
            and current_states.scope_value = costs.scope_value
            and current_states.currency = costs.currency
            and costs.charge_date >= current_states.done_date - {{ days_before }}
    left join drivers using (series_id, charge_date)

),

measured as (

    select
        optimization_id,
        max(driver_name) as driver_name,
        {% for name, side in {'before': 'not is_after', 'after': 'is_after'}.items() %}
        count_if({{ side }}) as days_{{ name }},
        coalesce(sum(effective_cost) filter (where {{ side }}), 0) as cost_{{ name }},
        sum(quantity) filter (where {{ side }}) as quantity_{{ name }},
        {% endfor %}
        count_if(quantity is null and effective_cost != 0) = 0 as is_counted
    from days
    group by all

),

-- Without a quantity on both sides a day is the unit: it then saves what is not done, too.
counted as (

    select
        current_states.*,
        measured.* exclude (
            optimization_id, is_counted, quantity_before, quantity_after
        ),
        measured.days_after >= {{ least_days_after }} as is_measured,
        coalesce(
            measured.is_counted and measured.quantity_before > 0
            and measured.quantity_after > 0,
            false
        ) as is_by_unit,
        {% for name in ['before', 'after'] %}
        case
            when is_by_unit then measured.quantity_{{ name }}
            else measured.days_{{ name }}
        end as quantity_{{ name }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from current_states
    left join measured using (optimization_id)

)

select * from counted
