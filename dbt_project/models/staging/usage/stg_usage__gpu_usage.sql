with

source as (

    select * from {{ source('ledger', 'gpu_usage') }}

),

renamed as (

    select
        ---------- ids
        source_name,
        delivery_id,
        source_row_number,
        resource_id,
        gpu_id,

        ---------- strings
        cluster_name,
        node_name,
        gpu_model,
        mig_profile,
        namespace,
        pod_name,
        workload_name,
        busy_signal,

        ---------- numerics
        gpu_fraction,
        observed_hours,
        allocated_hours,
        busy_hours,
        memory_used_gib_hours,
        memory_total_gib,
        kv_cache_used_ratio,
        energy_kwh,

        ---------- timestamps
        cast(window_start as date) as usage_date,
        window_start,
        window_end

    from source

)

select * from renamed
