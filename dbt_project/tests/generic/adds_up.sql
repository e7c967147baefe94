{#- An amount equals the sum of its parts, to the millionth of a unit of currency. -#}
{% test adds_up(model, total, parts) %}

select
    *,
    {{ total }} as total_amount,
    {{ parts | join(' + ') }} as sum_of_parts

from {{ model }}

where abs(({{ total }}) - ({{ parts | join(' + ') }})) > 0.000001

{% endtest %}
