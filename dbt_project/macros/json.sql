{#- One value of a JSON object of text values; NULL where the key is missing. -#}
{% macro json_text(column, key) -%}
    json_extract_string({{ column }}, {{ key }})
{%- endmacro %}
