with

source as (

    select * from {{ source('ledger', 'deployments') }}

),

renamed as (

    select
        ---------- ids
        source_name,
        delivery_id,
        source_row_number,
        deployment_id,
        model_id,
        resource_id,

        ---------- strings
        workload_name,
        environment_name,
        cluster_name,
        namespace,
        node_name,
        precision,
        decoding,

        ---------- numerics
        gpu_count,

        ---------- timestamps
        valid_from,
        valid_to

    from source

)

select * from renamed
