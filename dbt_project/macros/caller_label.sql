{#-
  What a caller is called, `unassigned` where nothing says. A project and an environment
  are spelled as showback spells them, so that each has one spelling in every mart.
-#}
{% macro caller_label(calls, name) -%}
    {%- if name in ['project_name', 'environment_name'] -%}
    coalesce(nullif({{ canonical_tag(
        calls ~ '.' ~ name, 'settings.tag_value_aliases'
    ) }}, ''), 'unassigned')
    {%- else -%}
    coalesce({{ calls }}.{{ name }}, 'unassigned')
    {%- endif -%}
{%- endmacro %}
