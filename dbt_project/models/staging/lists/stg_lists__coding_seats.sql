-- Made by `make docs` from pipelines/sources/lists; do not edit.
with

source as (

    select * from {{ source('ledger', 'coding_seats') }}

),

renamed as (

    select
        tool_name,
        team_name,
        coalesce(vendor_name, tool_name) as vendor_name,
        coalesce(ledger_source, 'seats') as ledger_source,
        seat_price,
        seat_currency,
        included_amount,
        spend_cap,
        last_active_on,
        billing_period_start,
        user_id,
        developer_id,
        author_id,
        delivery_id,
        source_row_number

    from source

)

select * from renamed
