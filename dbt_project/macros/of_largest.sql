{# The value in the row with the largest `by`. Of equals it is the largest value, so that
   two builds of the same rows say the same. #}
{% macro of_largest(value, by) -%}
arg_max({{ value }}, ({{ by }}, {{ value }}))
{%- endmacro %}
