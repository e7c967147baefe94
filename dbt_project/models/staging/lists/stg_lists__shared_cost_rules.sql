-- Made by `make docs` from pipelines/sources/lists; do not edit.
with

source as (

    select * from {{ source('ledger', 'shared_cost_rules') }}

),

renamed as (

    select
        rule_id,
        step,
        share_kind,
        share_pattern,
        method,
        target_kind,
        target_pattern,
        weight,
        valid_from,
        valid_to,
        delivery_id,
        source_row_number

    from source

)

select * from renamed
