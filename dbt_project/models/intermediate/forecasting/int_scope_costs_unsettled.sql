-- What is delivered of days after the newest closed one. It is spent; how much of such a day
-- is here is told by the whole company's cost of it, as no source says when a day is whole.
with

costs as (

    select * from {{ ref('int_costs_in_reporting_currency') }}
    where charge_date > newest_closed_date

),

scoped as (

    {% for scope_type, scope_value in scopes().items() %}
    select
        '{{ scope_type }}' as scope_type,
        {{ scope_value }} as scope_value,
        currency,
        charge_date,
        max(newest_closed_date) as as_of_date,
        sum(effective_cost) as effective_cost,
        coalesce(sum(effective_cost) filter (where is_recurring), 0) as recurring_cost
    from costs
    group by all
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from scoped
