-- Allocations with the machine of the ledger that the node is. Where two tools count one
-- node, one of them is taken, else its pods would be there twice.
with

allocation as (

    select * from {{ ref('stg_usage__kubernetes_allocation') }}

),

machines as (

    select * from {{ ref('int_node_names') }}

),

placed as (

    select
        allocation.source_name as usage_source_name,
        coalesce(by_resource.source_name, by_node.source_name) as source_name,
        coalesce(by_resource.node_name, by_node.node_name) as ledger_node_name,
        coalesce(allocation.cluster_name, 'unassigned') as cluster_name,
        -- Idle of a whole cluster is on no node.
        coalesce(allocation.node_name, allocation.resource_id) as node_name,
        coalesce(allocation.namespace, 'unassigned') as namespace,
        coalesce(allocation.controller_kind, 'unassigned') as controller_kind,
        coalesce(
            allocation.controller_name,
            {{ workload_of_pod('allocation.pod_name') }},
            'unassigned'
        ) as controller_name,
        allocation.* exclude (
            source_name,
            cluster_name,
            node_name,
            namespace,
            controller_kind,
            controller_name
        )
    from allocation
    left join machines as by_resource
        on lower(allocation.resource_id) = by_resource.machine_name
    left join machines as by_node
        on lower(allocation.node_name) = by_node.machine_name

),

counted_once as (

    select *
    from placed
    qualify
        usage_source_name = min(usage_source_name) over (
            partition by
                usage_date,
                coalesce(source_name || ledger_node_name, node_name, cluster_name)
        )

),

-- A machine is one node, however often it is named: else its cost would repeat.
named as (

    select
        * replace (
            case
                when ledger_node_name is null then cluster_name
                else min(cluster_name) over machine_day
            end as cluster_name,
            case
                when ledger_node_name is null then node_name
                else min(node_name) over machine_day
            end as node_name
        )
    from counted_once
    window machine_day as (partition by source_name, ledger_node_name, usage_date)

)

select * from named
