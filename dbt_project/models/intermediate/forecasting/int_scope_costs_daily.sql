-- Each level that somebody plans for, as a series of days without gaps from its first cost
-- to its last closed day; later days show in fct_showback_daily. Tax, credits and
-- adjustments come when they come: they are spent, and no part of what recurs.
{%- set scopes = scopes() %}
with

valued as (

    select * from {{ ref('int_costs_in_reporting_currency') }}

),

scoped as (

    {% for scope_type, scope_value in scopes.items() %}
    select
        '{{ scope_type }}' as scope_type,
        {{ scope_value }} as scope_value,
        currency,
        charge_date,
        sum(effective_cost) as effective_cost,
        coalesce(sum(effective_cost) filter (where is_recurring), 0) as recurring_cost,
        min(closed_date) filter (where is_live) as closed_date,
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
        coalesce(min(closed_date), max(newest_closed_date)) as as_of_date
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
        {{ money('coalesce(scoped.effective_cost, 0)') }} as effective_cost,
        {{ money('coalesce(scoped.recurring_cost, 0)') }} as recurring_cost,
        days.charge_date,
        days.first_date,
        days.as_of_date

    from days

    left join scoped using (scope_type, scope_value, currency, charge_date)

)

select * from final
