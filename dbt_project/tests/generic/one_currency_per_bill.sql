{#-
  A billing account's period is invoiced in one currency. A row in another one would
  be added to the rest as if 1 EUR were 1 USD.
-#}
{% test one_currency_per_bill(model) %}

with

currencies as (

    select
        source_name,
        billing_account_id,
        billing_period_start,
        billing_currency,
        count(*) as row_count

    from {{ model }}

    group by source_name, billing_account_id, billing_period_start, billing_currency

),

bills as (

    select
        source_name,
        billing_account_id,
        billing_period_start,
        {{ of_largest('billing_currency', 'row_count') }} as usual_currency

    from currencies

    group by source_name, billing_account_id, billing_period_start

)

select
    'billing_currency is ' || coalesce(charges.billing_currency, 'unknown')
    || ', and the rest of the bill of account '
    || coalesce(charges.billing_account_id, 'unknown') || ' is in '
    || bills.usual_currency || '; get the export again' as objection,
    charges.source_name,
    strftime(charges.billing_period_start, '%Y-%m') as billing_period,
    charges.delivery_id,
    charges.source_row_number,
    charges.billing_account_id,
    charges.billing_currency,
    bills.usual_currency,
    charges.billed_cost

from {{ model }} as charges

inner join bills
    on
        charges.source_name = bills.source_name
        and charges.billing_account_id is not distinct from bills.billing_account_id
        and charges.billing_period_start = bills.billing_period_start

where charges.billing_currency is distinct from bills.usual_currency

{% endtest %}
