-- Made by `make docs` from pipelines/sources/lists; do not edit.
with

source as (

    select * from {{ source('ledger', 'optimizations') }}

),

renamed as (

    select
        optimization_id,
        opportunity_id,
        change,
        optimization_type,
        scope_type,
        coalesce(scope_value, 'all') as scope_value,
        promised_monthly_saving,
        currency,
        state,
        owner_team,
        valid_from,
        valid_to,
        delivery_id,
        source_row_number

    from source

)

select * from renamed
