{#- The columns that a mart's description promises as its grain identify a row. -#}
{% test unique_grain(model, columns) %}
{{- config(meta={'made_by_month': 'billing'} if 'billing_period_start' in columns else {}) }}

{#- An expression in the grain has no name of its own. -#}
{%- set names = [] -%}
{%- for column in columns -%}
    {%- do names.append(column if '(' not in column else 'key_' ~ loop.index) -%}
{%- endfor %}

with

failing as (

    select
        {% for column in columns %}
        {{ column }} as {{ names[loop.index0] }},
        {% endfor %}
        count(*) as row_count

    from {{ model }}

    group by {{ columns | join(', ') }}

    having count(*) > 1

)

select
    '{{ model.identifier }} has ' || row_count || ' rows where one is expected'
    || {{ stated_row(names) }} || '; correct the model' as objection,
    *

from failing

{% endtest %}
