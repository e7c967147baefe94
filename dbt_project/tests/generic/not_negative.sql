{#- A count or a quantity is never below zero; NULL means unknown and passes. -#}
{% test not_negative(model, column_name) %}

select *

from {{ model }}

where {{ column_name }} < 0

{% endtest %}
