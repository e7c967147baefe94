{#- A window does not end before it starts; an open end (NULL) passes. -#}
{% test ends_after_start(model, start_column, end_column) %}

select *

from {{ model }}

where {{ end_column }} < {{ start_column }}

{% endtest %}
