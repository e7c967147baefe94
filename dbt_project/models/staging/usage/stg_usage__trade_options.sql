with

source as (

    select * from {{ source('ledger', 'trade_options') }}

),

renamed as (

    select
        ---------- ids
        source_name,
        delivery_id,
        source_row_number,
        trade_id,

        ---------- strings
        change,
        scope_type,
        scope_value,
        target_provider_name,
        target_instance_type,
        target_region_id,
        currency as billing_currency,
        owner_team,

        ---------- numerics
        target_unit_count,
        target_unit_price,
        relative_throughput,
        latency_ms,
        target_latency_ms,
        latency_limit_ms,
        migration_cost,
        commitment_months,

        ---------- timestamps
        valid_from,
        valid_to

    from source

)

select * from renamed
