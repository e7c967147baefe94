{% test has_one_row(model) %}

select
    '{{ model.identifier }} has ' || count(*) || ' rows where one is expected; build again'
        as objection,
    count(*) as row_count

from {{ model }}

having count(*) != 1

{% endtest %}
