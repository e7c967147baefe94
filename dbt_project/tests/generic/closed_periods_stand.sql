{#- A closed month that changes is a warning: finance has reported the old number. -#}
{% test closed_periods_stand(model) %}

select
    'the closed month was ' || {{ stated_amount('old_billed_cost') }} || ' '
    || billing_currency || ' and is '
    || {{ stated_other_amount('old_billed_cost', '-billed_cost_delta') }}
    || ', a change of ' || {{ stated_amount('billed_cost_delta') }}
    || '; tell finance, or remove the newer delivery' as objection,
    source_name,
    strftime(billing_period_start, '%Y-%m') as billing_period,
    billing_currency,
    old_billed_cost,
    new_billed_cost,
    billed_cost_delta,
    caused_by_delivery_ids

from {{ model }}

where is_closed_period and new_published_at is null

{% endtest %}
