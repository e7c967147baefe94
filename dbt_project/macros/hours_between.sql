{#- Hours from one time to another, with fractions. -#}
{% macro hours_between(start, end) -%}
    date_diff('millisecond', {{ start }}, {{ end }}) / 3600000.0
{%- endmacro %}
