with

source as (

    select * from {{ source('ledger', 'storage_access') }}

),

renamed as (

    select
        ---------- ids
        source_name,
        delivery_id,
        resource_id,

        ---------- strings
        prefix,
        dataset_name,
        storage_tier,
        lifecycle_rule,

        ---------- numerics
        stored_gb,
        object_count,
        read_count,
        read_gb,

        ---------- timestamps
        last_read_on,
        inventory_date

    from source

)

select * from renamed
