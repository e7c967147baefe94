-- The node that a resource is, by all bills that there are: some lines of a resource come
-- without its tags. A node is a machine by its tag, else by its resource; a spot node that
-- is bought again under its old tag stays one node. What is no part of a machine is left
-- out: buckets, gateways, databases.
with

charges as (

    select * from {{ ref('int_resource_charges') }}

),

summed_to_month as (

    select
        source_name,
        resource_id,
        max(node_tag) as node_tag,
        bool_or(is_machine) as is_machine,
        max(gpu_count) as gpu_count,
        billing_period_start
    from charges
    group by all

),

placed as (

    select
        *,
        coalesce(
            max(node_tag) over (partition by source_name, resource_id), resource_id
        ) as node_name
    from summed_to_month

),

judged as (

    select
        source_name,
        resource_id,
        node_name,
        bool_or(is_machine) over of_node as is_of_machine,
        coalesce(max(gpu_count) over of_node > 0, false) as is_of_gpu_machine,
        billing_period_start
    from placed
    window of_node as (partition by source_name, node_name)

)

select * exclude (is_of_machine)
from judged
where is_of_machine
