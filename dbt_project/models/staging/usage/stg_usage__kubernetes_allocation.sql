with

source as (

    select * from {{ source('ledger', 'kubernetes_allocation') }}

),

renamed as (

    select
        ---------- ids
        source_name,
        delivery_id,
        source_row_number,
        resource_id,

        ---------- strings
        cluster_name,
        node_name,
        namespace,
        controller_kind,
        controller_name,
        pod_name,
        labels,
        allocation_kind,

        ---------- numerics
        cpu_requested_core_hours,
        cpu_used_core_hours,
        memory_requested_gib_hours,
        memory_used_gib_hours,
        memory_used_max_gib,
        gpu_requested_hours,
        gpu_used_hours,
        cpu_weight,
        memory_weight,
        gpu_weight,
        storage_weight,
        network_weight,
        other_weight,

        ---------- timestamps
        cast(window_start as date) as usage_date,
        window_start,
        window_end

    from source

)

select * from renamed
