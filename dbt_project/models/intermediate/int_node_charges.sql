-- Charges of machines that training jobs run on: those with a node name (the tag that
-- the owner set, or the resource's own name) or a resource that a job names itself.
-- AWS writes tag keys as typed in one export and with underscores in the other.
with

charges as (

    select * from {{ ref('stg_ledger__charges') }}

),

attempts as (

    select * from {{ ref('stg_usage__training_attempts') }}

),

instance_types as (

    select * from {{ ref('instance_types') }}

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

known_nodes as (

    select distinct unnest(node_names) as node_name from attempts

),

known_resources as (

    select distinct unnest(resource_ids) as resource_id from attempts

),

named as (

    select
        charges.*,
        coalesce(
            {{ json_text('charges.tags', 'settings.node_tag') }},
            {{ json_text('charges.tags', "replace(settings.node_tag, '-', '_')") }},
            charges.resource_name
        ) as node_name

    from charges

    cross join settings

    where charges.resource_id is not null and charges.charge_category = 'Usage'

),

machines as (

    select
        named.source_name,
        named.delivery_id,
        named.source_row_number,
        named.source_row_part,
        named.service_provider_name,
        named.billing_currency,
        named.resource_id,
        known_nodes.node_name,
        known_resources.resource_id is not null as is_job_resource,
        named.instance_type,
        named.pricing_category,
        -- Machines that no vendor lists say themselves how many GPUs they have.
        coalesce(instance_types.gpu_count, named.gpu_count, 0) as gpu_count,
        -- Disks and traffic of a node cost money too, but they are no machine hours.
        coalesce(lower(named.pricing_unit) in ('hrs', 'hours', 'hour'), false)
            as is_machine_time,
        named.billed_cost,
        named.effective_cost,
        named.charge_date,
        named.charge_period_start,
        named.charge_period_end,
        named.billing_period_start

    from named

    left join known_nodes on named.node_name = known_nodes.node_name

    left join known_resources on named.resource_id = known_resources.resource_id

    left join instance_types
        on
            named.service_provider_name = instance_types.service_provider_name
            -- SageMaker's ml.p4d.24xlarge is the machine p4d.24xlarge.
            and replace(named.instance_type, 'ml.', '') = instance_types.instance_type

    where
        known_nodes.node_name is not null
        or known_resources.resource_id is not null

)

select * from machines
