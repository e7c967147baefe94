{#-
  Money in equals money out, per source, billing period and currency, to the last
  digit. `where` says which part of the parent the model holds.
-#}
{% test sums_match(model, column, to, to_column=none, where='true',
    by=['source_name', 'billing_period_start', 'billing_currency']) %}
{{- config(meta={'made_by_month': 'billing'} if 'billing_period_start' in by else {}) }}

with

ours as (

    select
        {{ by | join(', ') }},
        sum({{ column }}) as ours
    from {{ model }}
    group by {{ by | join(', ') }}

),

parents as (

    select
        {{ by | join(', ') }},
        sum({{ to_column or column }}) as parents
    from {{ to }}
    where {{ where }}
    group by {{ by | join(', ') }}

),

compared as (

    select
        {% for name in by %}
        coalesce(ours.{{ name }}, parents.{{ name }}) as {{ name }},
        {% endfor %}
        coalesce(ours.ours, 0) as ours,
        coalesce(parents.parents, 0) as parents

    from ours

    full outer join parents
        on {% for name in by -%}
            ours.{{ name }} is not distinct from parents.{{ name }}
            {% if not loop.last %}and {% endif %}
        {%- endfor %}

)

select
    '{{ stated_column(column) }} of {{ model.identifier }} is '
    || {{ stated_amount('ours') }} || ', of {{ to.identifier }} '
    || {{ stated_other_amount('ours', '(ours - parents)') }}
    || {{ stated_row(by) }} || '; ' || {{ stated_amount('abs(ours - parents)') }}
    || case when ours < parents then ' is lost' else ' is added' end
    || ' on the way, so correct the model' as objection,
    *

from compared

where ours != parents

{% endtest %}
