{#- The gate: a mart that loses, repeats or adds money is not published. -#}
{% test every_mart_sums_to_the_ledger(model) %}

select
    mart_name,
    cost_column,
    source_name,
    billing_currency,
    strftime(billing_period_start, '%Y-%m') as billing_period,
    ledger_cost,
    excluded_cost,
    exclusion_reason,
    mart_cost,
    difference

from {{ model }}

where difference != 0

{% endtest %}
