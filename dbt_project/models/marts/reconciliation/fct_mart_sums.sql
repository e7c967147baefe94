{%- set place = 'source_name, billing_currency, billing_period_start' -%}
with

charges as (

    select * from {{ ref('int_charges_in_marts') }}

),

{% for mart in money_marts() %}
{{ mart.name }} as (

    -- A node that is on no bill has neither currency nor cost.
    select
        {% for cost in mart.costs %}
        sum({{ cost }}) as {{ cost }},
        {% endfor %}
        {{ place }}
    from {{ ref(mart.name) }}
    where billing_currency is not null
    group by all

),

ledger_of_{{ mart.name }} as (

    select
        {% for cost in mart.costs %}
        sum({{ cost }}) as ledger_{{ cost }},
        sum(
            case
                when not coalesce({{ mart.holds }}, false) then {{ cost }}
                {% if mart.training == 'left out' %}
                when is_serving_machine then training_{{ cost }}
                {% endif %}
                else 0
            end
        ) as excluded_{{ cost }},
        {% endfor %}
        {{ place }}
    from charges
    group by all

),

{% endfor %}
compared as (

    {% for mart in money_marts() %}
    {% for cost in mart.costs %}
    select
        {{ place }},
        '{{ mart.name }}' as mart_name,
        '{{ cost }}' as cost_column,
        '{{ mart.left_out }}' as exclusion_reason,
        coalesce(ledger_{{ cost }}, 0) as ledger_cost,
        coalesce(excluded_{{ cost }}, 0) as excluded_cost,
        coalesce({{ cost }}, 0) as mart_cost
    from ledger_of_{{ mart.name }}
    full outer join {{ mart.name }} using ({{ place }})
    {{ 'union all by name' if not loop.last }}
    {% endfor %}
    {{ 'union all by name' if not loop.last }}
    {% endfor %}

),

final as (

    select
        mart_name,
        cost_column,
        source_name,
        billing_currency,
        exclusion_reason,
        {{ money('ledger_cost') }} as ledger_cost,
        {{ money('excluded_cost') }} as excluded_cost,
        {{ money('mart_cost') }} as mart_cost,
        {{ money('ledger_cost - excluded_cost - mart_cost') }} as difference,
        billing_period_start
    from compared

)

select * from final
