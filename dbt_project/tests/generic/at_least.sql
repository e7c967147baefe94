{#- An amount is never below another one of the row; where one is NULL nothing is said. -#}
{% test at_least(model, column, least, unless='false') %}
{{- config(meta={'made_by_month': 'billing'}) }}

select
    '{{ column }} of {{ model.identifier }} is ' || {{ stated_amount(column) }}
    || ', below {{ least }} ' || {{ stated_amount(least) }}
    || '; correct the model' as objection,
    *

from {{ model }}

where {{ column }} < {{ least }} - 0.000001 and not ({{ unless }})

{% endtest %}
