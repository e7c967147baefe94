-- Made by `make docs` from pipelines/sources/lists; do not edit.
with

source as (

    select * from {{ source('ledger', 'native_totals') }}

),

renamed as (

    select
        ledger_source as source_name,
        coalesce(sub_account_id, 'all') as sub_account_id,
        cost_basis,
        native_total,
        currency as billing_currency,
        tool,
        read_on,
        billing_period_start,
        delivery_id,
        source_row_number

    from source

)

select * from renamed
