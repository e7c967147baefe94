with

source as (

    select * from {{ source('ledger', 'invoices') }}

),

renamed as (

    select
        ---------- ids
        invoice_id,
        delivery_id,

        ---------- strings
        ledger_source as source_name,
        invoice_issuer_name,
        billing_currency,
        invoice_currency,

        ---------- numerics
        invoice_amount,
        tax_amount,
        credit_amount,
        exchange_rate,
        exchange_rate_decimals,

        ---------- timestamps
        exchange_rate_date,
        billing_period_start

    from source

)

select * from renamed
