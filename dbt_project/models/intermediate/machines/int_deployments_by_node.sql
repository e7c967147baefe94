-- On which machines deployments are: where their owner says, by resource or node, else
-- where telemetry sees the workload on GPUs, day by day.
with

deployments as (

    select * from {{ ref('stg_lists__deployments') }}

),

names as (

    select * from {{ ref('int_node_names') }}

),

gpu_usage as (

    select * from {{ ref('int_gpu_usage_daily') }}

),

named as (

    select
        coalesce(by_resource.source_name, by_node.source_name) as source_name,
        coalesce(by_resource.node_name, by_node.node_name) as node_name,
        deployments.* exclude (node_name)
    from deployments
    left join names as by_resource
        on lower(deployments.resource_id) = by_resource.machine_name
    left join names as by_node
        on lower(deployments.node_name) = by_node.machine_name

),

-- A deployment in a cluster is where its pods are.
seen as (

    select distinct
        gpu_usage.source_name,
        gpu_usage.node_name,
        named.* exclude (source_name, node_name),
        gpu_usage.usage_date as seen_on
    from named
    inner join gpu_usage
        on
            named.workload_name = gpu_usage.workload_name
            and coalesce(named.namespace, gpu_usage.namespace, '')
            = coalesce(gpu_usage.namespace, '')
            and coalesce(named.cluster_name, gpu_usage.cluster_name, '')
            = coalesce(gpu_usage.cluster_name, '')
    where named.node_name is null

),

placed as (

    select
        *,
        cast(null as date) as seen_on
    from named
    where node_name is not null

    union all by name

    select * from seen

)

select * from placed
