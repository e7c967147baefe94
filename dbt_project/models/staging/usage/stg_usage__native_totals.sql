with

source as (

    select * from {{ source('ledger', 'native_totals') }}

),

renamed as (

    select
        ---------- ids
        delivery_id,
        source_row_number,
        coalesce(sub_account_id, 'all') as sub_account_id,

        ---------- strings
        ledger_source as source_name,
        cost_basis,
        currency as billing_currency,
        tool,

        ---------- numerics
        native_total,

        ---------- timestamps
        read_on,
        billing_period_start

    from source

)

select * from renamed
