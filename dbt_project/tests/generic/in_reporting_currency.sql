{% test in_reporting_currency(model, column_name) %}

select
    '{{ column_name }} is ' || rows.{{ column_name }} || ', and currency.reporting is '
    || settings.reporting_currency || '; state the list in that currency' as objection,
    rows.*

from {{ model }} as rows

cross join {{ ref('stg_landing__settings') }} as settings

where rows.{{ column_name }} != settings.reporting_currency

{% endtest %}
