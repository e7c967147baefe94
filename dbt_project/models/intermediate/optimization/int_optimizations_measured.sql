-- What the scope of each optimization cost before and after it was done, by which unit that
-- is told, and what the items of after would have cost at their own prices of before. The
-- unit is the first that the lever does not move and that stands for most of the cost.
{#- How long before the change is looked at, how soon after it nothing is measured, and how
    much of the cost after it must be of items with a price before. -#}
{%- set days_before = 28 %}
{%- set least_days_after = 7 %}
{%- set least_share = 0.8 %}
with

levers as (select * from {{ ref('int_optimization_levers') }}),

costs as (

    select * from {{ ref('int_scope_costs_daily') }}
    where not is_estimated

),

-- What recurs alone: tax, credits and adjustments come when they come.
days as (

    select
        levers.optimization_id,
        {% for name, side in {'before': '<', 'after': '>='}.items() %}
        count_if(costs.charge_date {{ side }} levers.done_date) as days_{{ name }},
        coalesce(sum(costs.recurring_cost) filter (
            where costs.charge_date {{ side }} levers.done_date
        ), 0) as cost_{{ name }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from levers
    inner join costs
        on
            levers.scope_type = costs.scope_type
            and levers.scope_value = costs.scope_value
            and levers.currency = costs.currency
            and costs.charge_date >= levers.done_date - {{ days_before }}
    group by all

),

by_unit as (

    select * from {{ ref('int_optimization_units') }}

),

usable as (

    select
        by_unit.*,
        days.cost_after,
        abs(compared_cost_after) >= {{ least_share }} * abs(days.cost_after)
        and quantity_after > 0 as stands_for_the_cost,
        case unit_name
            when 'inferences' then levers.moves_inferences
            when 'tokens' then levers.moves_usage
            else levers.moves_hours
        end as is_moved,
        case
            when unit_name = 'GPU hours' then 1
            when unit_name = 'tokens' and levers.moves_prices then 2
            when unit_name = 'inferences' then 3
            else 4
        end as unit_order
    from by_unit
    inner join levers on by_unit.optimization_id = levers.optimization_id
    inner join days on by_unit.optimization_id = days.optimization_id

),

chosen as (

    select * from usable
    where stands_for_the_cost
    qualify
        row_number() over (
            partition by optimization_id order by is_moved, unit_order
        ) = 1

),

-- What is bought by the unit is not measured by the day, which counts growth as a loss.
bought_by_unit as (

    select distinct optimization_id from usable
    where abs(unit_cost_after) >= abs(cost_after) / 2

),

counted as (

    select
        levers.*,
        days.* exclude (optimization_id),
        days.days_after >= {{ least_days_after }} as is_measured,
        case
            when levers.done_date is null then null
            when chosen.unit_name is not null then chosen.unit_name
            when bought_by_unit.optimization_id is null then 'day'
        end as unit_name,
        coalesce(chosen.is_moved, false) as is_moved,
        {% for side in ['before', 'after'] %}
        case
            when chosen.unit_name is not null then chosen.quantity_{{ side }}
            when bought_by_unit.optimization_id is null then days.days_{{ side }}
        end as quantity_{{ side }},
        {% endfor %}
        chosen.compared_cost_after,
        chosen.cost_at_earlier_prices
    from levers
    left join days on levers.optimization_id = days.optimization_id
    left join chosen on levers.optimization_id = chosen.optimization_id
    left join bought_by_unit
        on levers.optimization_id = bought_by_unit.optimization_id

)

select * from counted
