-- Everything that machines cost: the machines themselves, and the disks, traffic,
-- licences, power and staff that the ledger ties to them by the resource or by the tag of
-- the node.
with

charges as (

    select * from {{ ref('int_resource_charges') }}

),

nodes as (

    select * from {{ ref('int_resource_nodes') }}

),

of_nodes as (

    select
        charges.*,
        nodes.node_name,
        nodes.is_of_gpu_machine
    from charges
    inner join nodes using (source_name, resource_id, billing_period_start)

)

select * from of_nodes
