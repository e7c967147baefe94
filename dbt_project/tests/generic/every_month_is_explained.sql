{#- The gate: a month whose difference no cause explains is not published. -#}
{% test every_month_is_explained(model) %}

select
    source_name,
    strftime(billing_period_start, '%Y-%m') as billing_period,
    billing_currency,
    blocking_reason,
    invoice_amount,
    ledger_billed_cost,
    marts_billed_cost,
    unexplained_difference,
    metered_unexplained_difference

from {{ model }}

where verdict = 'blocked'

{% endtest %}
