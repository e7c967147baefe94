-- Each item in two months that follow each other, one of which may lack it. The rule for
-- what is new or gone: a new item had the price that it has, and a retired one has the
-- price that it had, so neither is a change of price. A scope is an account's units of one
-- name; its totals say how much more was bought on the whole.
{%- set item = [
    'unit_name', 'source_name', 'service_provider_name', 'sub_account_id', 'model_id',
    'sku_meter', 'processing_tier', 'instance_type', 'billing_currency',
] %}
{%- set scope = 'unit_name, source_name, service_provider_name, sub_account_id, '
    ~ 'billing_currency, billing_period_start' %}
{%- set costs = ['effective_cost', 'reporting_effective_cost', 'list_cost',
    'contracted_cost', 'quantity'] %}
with

unit_costs as (

    select * from {{ ref('int_unit_costs_monthly') }}

),

-- The first month of a source has nothing before it.
months as (

    select
        source_name,
        billing_period_start
    from unit_costs
    group by all

),

sides as (

    {% for side, shift in [('present', '0'), ('past', '1')] %}
    select
        {{ item | join(', ') }},
        {% for cost in costs %}
        {{ cost if side == 'present' else 'null' }} as {{ cost }},
        {{ cost if side == 'past' else 'null' }} as previous_{{ cost }},
        {% endfor %}
        reporting_currency,
        billing_period_start + interval {{ shift }} month as billing_period_start
    from unit_costs
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

paired as (

    select
        {% for name in item %}
        sides.{{ name }},
        {% endfor %}
        {% for side in ['', 'previous_'] %}
        {% for cost in costs %}
        {% if cost in ['list_cost', 'contracted_cost'] %}
        sum(sides.{{ side ~ cost }}) as {{ side ~ cost }},
        {% else %}
        coalesce(sum(sides.{{ side ~ cost }}), 0) as {{ side ~ cost }},
        {% endif %}
        {% endfor %}
        {% endfor %}
        max(sides.reporting_currency) as reporting_currency,
        sides.billing_period_start
    from sides
    inner join months as present using (source_name, billing_period_start)
    inner join months as past
        on
            sides.source_name = past.source_name
            and sides.billing_period_start
            = past.billing_period_start + interval 1 month
    group by all

),

-- Of an item that cost something uncounted in one of the months, only the change is known.
measured as (

    select
        *,
        (quantity > 0 or effective_cost = 0)
        and (previous_quantity > 0 or previous_effective_cost = 0) as is_measured,
        case when is_measured then effective_cost else 0 end as measured_cost,
        case when is_measured then previous_effective_cost else 0 end
            as previous_measured_cost,
        case when is_measured then quantity else 0 end as units,
        case when is_measured then previous_quantity else 0 end as previous_units,
        cast(measured_cost as double) / nullif(units, 0) as known_price,
        cast(previous_measured_cost as double) / nullif(previous_units, 0)
            as previous_known_price
    from paired

),

priced as (

    select
        *,
        coalesce(known_price, previous_known_price) as price,
        coalesce(previous_known_price, known_price) as previous_price,
        sum(units) over (partition by {{ scope }}) as scope_units,
        sum(previous_units) over (partition by {{ scope }}) as previous_scope_units
    from measured

)

select * from priced
