{#- A window does not end before it starts; an open end (NULL) passes. -#}
{% test ends_after_start(model, start_column, end_column) %}
{{- config(meta={'made_by_month': 'billing'}) }}

select
    '{{ end_column }} ' || cast({{ end_column }} as varchar)
    || ' is before {{ start_column }} ' || cast({{ start_column }} as varchar)
    || '; get the export again, or correct the row' as objection,
    *

from {{ model }}

where {{ end_column }} < {{ start_column }}

{% endtest %}
