{#-
  What nobody told is NULL, never 0: in the rows where `unless` does not hold, none of the
  columns has a value.
-#}
{% test unknown_is_null(model, columns, unless) %}
{{- config(meta={'made_by_month': 'billing'}) }}

select
    '{{ columns | join(', ') }} of {{ model.identifier }} '
    || '{{ 'are' if columns | length > 1 else 'is' }} '
    || concat_ws(', ', {% for name in columns -%}
        coalesce(cast({{ name }} as varchar), 'unknown')
        {%- if not loop.last %}, {% endif %}
    {%- endfor %})
    || ' where nobody can know ({{ unless | replace("'", "''") }} does not hold); '
    || 'correct the model' as objection,
    *

from {{ model }}

where
    not coalesce({{ unless }}, false)
    and coalesce({% for name in columns -%}
        cast({{ name }} as varchar){% if not loop.last %}, {% endif %}
    {%- endfor %}) is not null

{% endtest %}
