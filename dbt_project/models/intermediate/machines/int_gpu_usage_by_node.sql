-- What GPUs did, hour by hour, on which machine of the ledger: found by the resource's id,
-- else by the name of the node.
with

gpu_usage as (

    select * from {{ ref('stg_usage__gpu_usage') }}

),

machines as (

    select * from {{ ref('int_node_names') }}

),

placed as (

    select
        gpu_usage.*,
        coalesce(by_resource.source_name, by_node.source_name) as ledger_source_name,
        coalesce(by_resource.node_name, by_node.node_name) as ledger_node_name
    from gpu_usage
    left join machines as by_resource
        on lower(gpu_usage.resource_id) = by_resource.machine_name
    left join machines as by_node
        on lower(gpu_usage.node_name) = by_node.machine_name

)

select * from placed
