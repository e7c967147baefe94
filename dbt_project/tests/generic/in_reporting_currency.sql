{% test in_reporting_currency(model, column_name) %}

select rows.*
from {{ model }} as rows
cross join {{ ref('stg_landing__settings') }} as settings
where rows.{{ column_name }} != settings.reporting_currency

{% endtest %}
