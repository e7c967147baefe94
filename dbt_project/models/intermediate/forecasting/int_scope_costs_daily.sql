-- Each level that somebody plans for, as a series of days without gaps from its first cost
-- to the newest closed day; later days show in fct_showback_daily. Tax, credits, adjustments
-- and what comes once a month are spent, and no part of what recurs from day to day. What
-- late sources have not delivered is estimated, and never counts as spent.
{%- set scopes = scopes() %}
{%- set costs = ['effective_cost', 'billed_cost'] %}
with

valued as (

    select
        *,
        false as is_estimated
    from {{ ref('int_costs_in_reporting_currency') }}
    where charge_date <= newest_closed_date

    union all by name

    select
        *,
        true as is_estimated,
        not is_recurring as is_scheduled
    from {{ ref('int_costs_undelivered') }}

),

scoped as (

    {% for scope_type, scope_value in scopes.items() %}
    select
        '{{ scope_type }}' as scope_type,
        {{ scope_value }} as scope_value,
        currency,
        charge_date,
        {% for cost in costs %}
        sum({{ cost }}) filter (where not is_estimated) as {{ cost }},
        sum({{ cost }}) filter (where is_estimated) as undelivered_{{ cost }},
        sum({{ cost }}) filter (where is_recurring) as recurring_{{ cost }},
        {% endfor %}
        sum(effective_cost) filter (where is_scheduled) as scheduled_cost,
        bool_or(is_estimated) as is_estimated,
        max(newest_closed_date) as newest_closed_date
    from valued
    group by all
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

spans as (

    select
        scope_type,
        scope_value,
        currency,
        min(charge_date) as first_date,
        max(newest_closed_date) as as_of_date
    from scoped
    group by all

),

days as (

    select
        *,
        cast(unnest(range(first_date, as_of_date + 1, interval 1 day)) as date)
            as charge_date
    from spans

),

final as (

    select
        md5(concat_ws('|', days.scope_type, days.scope_value, days.currency))
            as series_id,
        days.scope_type,
        days.scope_value,
        days.currency,
        {% for cost in costs %}
        {{ money('coalesce(scoped.' ~ cost ~ ', 0)') }} as {{ cost }},
        {{ money('coalesce(scoped.undelivered_' ~ cost ~ ', 0)') }}
            as undelivered_{{ cost }},
        {{ money('coalesce(scoped.recurring_' ~ cost ~ ', 0)') }}
            as recurring_{{ 'cost' if cost == 'effective_cost' else cost }},
        {% endfor %}
        {{ money('coalesce(scoped.scheduled_cost, 0)') }} as scheduled_cost,
        coalesce(scoped.is_estimated, false) as is_estimated,
        days.charge_date,
        days.first_date,
        days.as_of_date

    from days

    left join scoped using (scope_type, scope_value, currency, charge_date)

)

select * from final
