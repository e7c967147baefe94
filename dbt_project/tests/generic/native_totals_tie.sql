{#- A warning: a console shows what it likes, and the invoice is the proof. -#}
{% test native_totals_tie(model) %}

select
    tool || ': ' || {{ stated_amount('native_total') }} || ' (' || cost_basis
    || ', read ' || coalesce(cast(read_on as varchar), 'on no day') || '), '
    || case
        when status = 'no rows' then 'and the ledger has no rows of it'
        else
            'the ledger: ' || {{ stated_other_amount('native_total', 'difference') }}
            || ', ' || {{ stated_amount('abs(difference)') }} || ' apart'
    end
    || '; read the tool again, or deliver the newest export' as objection,
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
