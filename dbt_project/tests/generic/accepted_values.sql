{#- A value is one of those listed; dbt's own test does not say which row has another. -#}
{% test accepted_values(model, column_name, values) %}
{{- config(meta={'made_by_month': 'billing'}) }}

select
    '{{ column_name }} is ' || {{ column_name }} || ', expected one of '
    || '{{ values | join(', ') }}' as objection,
    *

from {{ model }}

where {{ column_name }} not in ('{{ values | join("', '") }}')

{% endtest %}
