-- Made by `make docs` from pipelines/sources/lists; do not edit.
with

source as (

    select * from {{ source('ledger', 'deployments') }}

),

renamed as (

    select
        deployment_id,
        model_id,
        workload_name,
        environment_name,
        cluster_name,
        namespace,
        node_name,
        resource_id,
        gpu_count,
        precision,
        decoding,
        valid_from,
        valid_to,
        delivery_id,
        source_row_number

    from source

)

select * from renamed
