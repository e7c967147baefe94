{#- A currency without a rate would drop out of every sum in the reporting currency. -#}
{% test every_charge_is_converted(model) %}

with

failing as (

    select
        source_name,
        billing_currency,
        reporting_currency,
        charge_date,
        sum(billed_cost) as billed_cost

    from {{ model }}

    where exchange_rate is null

    group by all

)

select
    {{ stated_amount('billed_cost') }} || ' ' || billing_currency || ' of '
    || cast(charge_date as varchar) || ' has no exchange rate into '
    || reporting_currency || '; name a file with the rate in currency.rates' as objection,
    *

from failing

{% endtest %}
