{#- The gate: a mart that loses, repeats or adds money is not published. -#}
{% test every_mart_sums_to_the_ledger(model) %}

select
    mart_name || '.' || cost_column || ' is ' || {{ stated_amount('mart_cost') }} || ' '
    || billing_currency || ', the ledger '
    || {{ stated_other_amount('mart_cost', '-difference') }}
    || case
        when excluded_cost != 0
            then ' without what the mart excludes (' || exclusion_reason || ')'
        else ''
    end
    || '; ' || {{ stated_amount('abs(difference)') }}
    || case when difference > 0 then ' is lost' else ' is added' end
    || ' on the way, so correct the model' as objection,
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

order by abs(difference) desc, mart_name, source_name, billing_period

{% endtest %}
