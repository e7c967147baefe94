{#- A warning: a console shows what it likes, and the invoice is the proof. -#}
{% test native_totals_tie(model) %}

select
    source_name,
    sub_account_id,
    strftime(billing_period_start, '%Y-%m') as billing_period,
    cost_basis,
    tool,
    status,
    native_total,
    ledger_cost,
    difference,
    read_on

from {{ model }}

where status in ('differs', 'no rows')

{% endtest %}
