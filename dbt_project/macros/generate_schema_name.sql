{#-
  Schema names equal layer names: dbt builds marts.fct_x, not main_marts.fct_x. A published
  file has its marts in `main`; MetricFlow finds them there when the variable says so.
-#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set schema = custom_schema_name | trim if custom_schema_name else target.schema -%}
    {{ env_var('UNITMILL_MARTS_SCHEMA', 'marts') if schema == 'marts' else schema }}
{%- endmacro %}
