with

source as (

    select * from {{ source('landing', 'deliveries') }}

),

renamed as (

    select
        ---------- ids
        delivery_id,
        batch as vendor_batch_id,

        ---------- strings
        source_name,
        table_name,
        period,
        scope,
        status,
        detail,
        file_names,
        ordered_by,
        complete_by,
        restatement,
        report,
        billing_accounts,

        ---------- numerics
        size_bytes,

        ---------- dates
        cast(first_at as date) as first_day,
        cast(last_at as date) as last_day,

        ---------- timestamps
        delivered_at,
        first_seen_at

    from source

)

select * from renamed
