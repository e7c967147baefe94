-- What the items of an optimization's scope cost before and after it, per unit: an account's
-- model, a source's type of machine. A lever that moves work between models is measured over
-- all models of the account.
{#- How long before the change is looked at. -#}
{%- set days_before = 28 %}
{%- set scope_columns = {
    'source': 'source_name', 'provider': 'service_provider_name',
    'ai_cost_class': 'ai_cost_class', 'project': 'project_name',
    'feature': 'feature_name', 'tenant': 'tenant_id',
    'environment': 'environment_name', 'model': 'model_id',
    'workload': 'workload_name',
} %}
with

levers as (

    select * from {{ ref('int_optimization_levers') }}
    where done_date is not null

),

units as (

    select * from {{ ref('int_unit_costs_daily') }}

),

closed as (

    select max(newest_closed_date) as closed_date
    from {{ ref('int_days_closed') }}

),

joined as (

    select
        levers.optimization_id,
        units.unit_name,
        case
            when levers.moves_models and units.unit_name != 'GPU hours'
                then concat_ws('|', units.source_name, units.item_account)
            else
                concat_ws(
                    '|', units.source_name, units.item_account, units.item_model
                )
        end as item,
        units.charge_date >= levers.done_date as is_after,
        units.quantity,
        units.effective_cost

    from levers

    cross join closed

    inner join units
        on
            levers.currency = units.currency
            and levers.done_date - {{ days_before }} <= units.charge_date
            and closed.closed_date >= units.charge_date
            and case levers.scope_type
                when 'total' then true
                {% for scope_type, column in scope_columns.items() %}
                when '{{ scope_type }}' then levers.scope_value = units.{{ column }}
                {% endfor %}
            end

),

-- A quantity that lacks on one day makes the item's unit cost unknown.
summed as (

    select
        optimization_id,
        unit_name,
        item,
        {% for name, side in {'before': 'not is_after', 'after': 'is_after'}.items() %}
        coalesce(sum(quantity) filter (where {{ side }}), 0) as quantity_{{ name }},
        coalesce(sum(effective_cost) filter (where {{ side }}), 0) as cost_{{ name }},
        {% endfor %}
        count_if(quantity is null and effective_cost != 0) = 0 as is_counted
    from joined
    group by all

)

select * from summed
