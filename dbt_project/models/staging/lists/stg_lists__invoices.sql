-- Made by `make docs` from pipelines/sources/lists; do not edit.
with

source as (

    select * from {{ source('ledger', 'invoices') }}

),

renamed as (

    select
        invoice_issuer_name,
        invoice_id,
        ledger_source as source_name,
        billing_currency,
        invoice_amount,
        coalesce(tax_amount, 0) as tax_amount,
        coalesce(credit_amount, 0) as credit_amount,
        coalesce(invoice_currency, billing_currency) as invoice_currency,
        exchange_rate,
        exchange_rate_date,
        exchange_rate_decimals,
        billing_period_start,
        delivery_id,
        source_row_number

    from source

)

select * from renamed
