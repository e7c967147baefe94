-- Made by `make docs` from pipelines/sources/lists; do not edit.
with

source as (

    select * from {{ source('ledger', 'migration_scenarios') }}

),

renamed as (

    select
        scenario_id,
        change,
        scope_type,
        scope_value,
        target_provider_name,
        target_instance_type,
        target_region_id,
        target_unit_count,
        target_unit_price,
        currency as billing_currency,
        relative_throughput,
        latency_ms,
        target_latency_ms,
        latency_limit_ms,
        migration_cost,
        commitment_months,
        owner_team,
        valid_from,
        valid_to,
        delivery_id,
        source_row_number

    from source

)

select * from renamed
