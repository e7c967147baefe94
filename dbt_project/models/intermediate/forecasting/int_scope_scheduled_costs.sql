-- Charges that do not come every day, per level that somebody plans for: what to expect
-- again a month later, unless something replaced it.
with

costs as (

    select * from {{ ref('int_costs_in_reporting_currency') }}
    where is_scheduled

),

scoped as (

    {% for scope_type, scope_value in scopes().items() %}
    select
        '{{ scope_type }}' as scope_type,
        {{ scope_value }} as scope_value,
        currency,
        charge_date,
        replaced_on,
        closed_date,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost
    from costs
    group by all
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    *,
    md5(concat_ws('|', scope_type, scope_value, currency)) as series_id
from scoped
