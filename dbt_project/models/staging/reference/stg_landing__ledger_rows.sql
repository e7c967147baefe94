with

source as (

    select * from {{ source('landing', 'ledger_rows') }}

),

renamed as (

    select
        delivery_id,
        table_name,
        period,
        row_count

    from source

)

select * from renamed
