{#- A value is there; dbt's own test of this name does not say what a row lacks. -#}
{% test not_null(model, column_name) %}
{{- config(meta={'made_by_month': 'billing'}) }}

select
    '{{ column_name }} is empty; get the export again, or correct the row' as objection,
    *

from {{ model }}

where {{ column_name }} is null

{% endtest %}
