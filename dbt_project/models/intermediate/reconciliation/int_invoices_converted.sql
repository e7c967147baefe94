-- Invoices in the currency of their billing rows. An invoice in another currency is
-- converted at the rate that it states itself, never at one of ours; how far the digits of
-- that rate and half a cent can carry is what may be explained by them.
with

invoices as (

    select * from {{ ref('stg_lists__invoices') }}

),

-- A rate of 0.9134 is any rate from 0.91335 to 0.91345.
rated as (

    select
        *,
        coalesce(exchange_rate, 1) as rate,
        case
            when exchange_rate is null then 0
            else 0.5 * power(10.0, -exchange_rate_decimals)
        end as rate_slack
    from invoices

),

converted as (

    select
        source_name,
        invoice_issuer_name,
        invoice_id,
        billing_currency,
        invoice_currency,
        exchange_rate,
        exchange_rate_date,
        {% for amount in ['invoice_amount', 'tax_amount', 'credit_amount'] %}
        case
            when exchange_rate is null then {{ amount }}
            else {{ money(amount ~ ' / exchange_rate') }}
        end as {{ amount }},
        {% endfor %}
        {{ money('0.005 / rate') }} as rounding_limit,
        {{ money(
            'abs(invoice_amount) / rate * rate_slack / nullif(rate - rate_slack, 0)'
        ) }} as fx_limit,
        billing_period_start

    from rated

)

select * from converted
