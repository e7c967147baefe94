{#- Of a source's month, less than the owner's `allocation.least_coverage` has an owner. -#}
{% test costs_have_owners(model) %}

with

failing as (

    select
        source_name,
        strftime(billing_period_start, '%Y-%m') as billing_period,
        billing_currency,
        sum(unassigned_cost) as unassigned_cost,
        sum(effective_cost) as effective_cost

    from {{ model }}

    cross join {{ ref('stg_landing__settings') }} as settings

    group by all

    having
        sum(effective_cost) > 0
        and sum(unassigned_cost)
        > cast(1 - max(settings.least_coverage) as double) * sum(effective_cost)

)

select
    {{ stated_amount('unassigned_cost') }} || ' of '
    || {{ stated_amount('effective_cost') }} || ' ' || billing_currency
    || ' has no owner; tag it or add an ownership rule' as objection,
    *

from failing

{% endtest %}
