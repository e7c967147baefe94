-- Charges of machines that training jobs run on: those with a node name (the tag that
-- the owner set, or the resource's own name) or a resource that a job names itself.
with

charges as (

    select * from {{ ref('int_resource_charges') }}

),

attempts as (

    select * from {{ ref('stg_usage__training_attempts') }}

),

known_nodes as (

    select distinct unnest(node_names) as node_name from attempts

),

known_resources as (

    select distinct lower(unnest(resource_ids)) as resource_id from attempts

),

held as (

    select
        charges.source_name,
        charges.delivery_id,
        charges.source_row_number,
        charges.source_row_part,
        charges.service_provider_name,
        charges.billing_currency,
        charges.resource_id,
        known_nodes.node_name,
        known_resources.resource_id is not null as is_job_resource,
        charges.instance_type,
        charges.pricing_category,
        charges.gpu_count,
        charges.is_machine_time,
        charges.gpu_hours,
        charges.machine_hours,
        charges.billed_cost,
        charges.effective_cost,
        charges.charge_date,
        charges.charge_period_start,
        charges.charge_period_end,
        charges.billing_period_start

    from charges

    left join known_nodes
        on coalesce(charges.node_tag, charges.resource_name) = known_nodes.node_name

    left join known_resources
        on lower(charges.resource_id) = known_resources.resource_id

    where
        known_nodes.node_name is not null
        or known_resources.resource_id is not null

)

select * from held
