{#- A currency without a rate would drop out of every sum in the reporting currency. -#}
{% test every_charge_is_converted(model) %}

select
    source_name,
    billing_currency,
    reporting_currency,
    charge_date,
    sum(billed_cost) as billed_cost

from {{ model }}

where exchange_rate is null

group by all

{% endtest %}
