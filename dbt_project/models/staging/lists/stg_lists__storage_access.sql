-- Made by `make docs` from pipelines/sources/lists; do not edit.
with

source as (

    select * from {{ source('ledger', 'storage_access') }}

),

renamed as (

    select
        inventory_date,
        resource_id,
        prefix,
        dataset_name,
        storage_tier,
        stored_gb,
        object_count,
        read_count,
        read_gb,
        last_read_on,
        lifecycle_rule,
        delivery_id,
        source_row_number

    from source

)

select * from renamed
