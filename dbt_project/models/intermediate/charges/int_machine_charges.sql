-- Everything that machines cost: the machines themselves, and the disks, traffic,
-- licences, power and staff that the ledger ties to them by the resource or by the tag of
-- the node. A node is a machine by its tag, else by its resource; a spot node that is
-- bought again under its old tag stays one node.
with

charges as (

    select * from {{ ref('int_resource_charges') }}

),

-- Some lines of a resource come without its tags.
placed as (

    select
        *,
        coalesce(
            max(node_tag) over (partition by source_name, resource_id), resource_id
        ) as node_name
    from charges

),

judged as (

    select
        *,
        bool_or(is_machine) over (partition by source_name, node_name) as is_of_machine
    from placed

),

-- What is left out is of no machine: buckets, gateways, databases.
counted as (

    select * exclude (is_of_machine)
    from judged
    where is_of_machine

)

select * from counted
