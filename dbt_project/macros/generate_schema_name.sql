{#- Schema names equal layer names: BI sees marts.fct_x, not main_marts.fct_x. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
