{#- A count or a quantity is never below zero; NULL means unknown and passes. -#}
{% test not_negative(model, column_name) %}
{{- config(meta={'made_by_month': 'billing'}) }}

select
    '{{ column_name }} is ' || {{ column_name }}
    || ', below zero; get the export again, or correct the row' as objection,
    *

from {{ model }}

where {{ column_name }} < 0

{% endtest %}
