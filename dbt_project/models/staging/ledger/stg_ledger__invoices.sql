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

        ---------- numerics
        invoice_amount,
        tax_amount,

        ---------- timestamps
        billing_period_start

    from source

)

select * from renamed
