{#- What is saved of a scope in a month is not more than the scope cost in it. -#}
{% test saves_no_more_than_it_costs(model, saving, cost, by) %}

select
    {{ by | join(', ') }},
    sum({{ saving }}) as saved,
    max({{ cost }}) as cost

from {{ model }}

group by {{ by | join(', ') }}

having saved > cost + 0.000001

{% endtest %}
