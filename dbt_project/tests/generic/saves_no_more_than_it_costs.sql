{#- What is saved of a scope in a month is not more than the scope cost in it. -#}
{% test saves_no_more_than_it_costs(model, saving, cost, by) %}

with

failing as (

    select
        {{ by | join(', ') }},
        sum({{ saving }}) as saved,
        max({{ cost }}) as cost

    from {{ model }}

    group by {{ by | join(', ') }}

    having saved > cost + 0.000001

)

select
    {{ stated_amount('saved') }} || ' is saved of a cost of '
    || {{ stated_amount('cost') }} || {{ stated_row(by) }}
    || '; an opportunity counts twice, so correct the model' as objection,
    *

from failing

{% endtest %}
