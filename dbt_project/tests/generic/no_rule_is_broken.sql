{#- A failure that nobody has looked at and listed stops publication. -#}
{% test no_rule_is_broken(model) %}

select
    'the FOCUS rule ' || rule_id || ' (' || rtrim(rule_text, '.') || ') is broken by '
    || failing_row_count || ' of ' || row_count || ' rows; correct the conversion of '
    || 'this source, or list the gap' as objection,
    source_name,
    strftime(billing_period_start, '%Y-%m') as billing_period,
    rule_id,
    rule_text,
    failing_row_count,
    row_count,
    examples

from {{ model }}

where conformance_status = 'broken'

{% endtest %}
