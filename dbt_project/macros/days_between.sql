{# The days from the first to before the last, as a list to unnest. #}
{% macro days_between(first, end) -%}
range(cast({{ first }} as timestamp), cast({{ end }} as timestamp), interval 1 day)
{%- endmacro %}
