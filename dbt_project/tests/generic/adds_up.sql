{#- An amount equals the sum of its parts, to the millionth of a unit of currency. -#}
{% test adds_up(model, total, parts) %}
{{- config(meta={'made_by_month': 'billing'}) }}

select
    '{{ stated_column(total) }} of {{ model.identifier }} is '
    || {{ stated_amount('(' ~ total ~ ')') }}
    || ', and its parts ({{ parts | join(', ') | replace("'", "''") }}) sum to '
    || {{ stated_amount('(' ~ parts | join(' + ') ~ ')') }}
    || ', ' || {{ stated_amount('abs((' ~ total ~ ') - (' ~ parts | join(' + ') ~ '))') }}
    || ' apart; correct the model' as objection,
    *,
    {{ total }} as total_amount,
    {{ parts | join(' + ') }} as sum_of_parts

from {{ model }}

where abs(({{ total }}) - ({{ parts | join(' + ') }})) > 0.000001

{% endtest %}
