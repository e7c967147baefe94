-- Usage charges of resources, with what a bill says of machines: the node's name (the tag
-- that the owner set), how many GPUs there are, and the hours that a charge bills. AWS
-- writes tag keys as typed in one export and with underscores in the other.
with

charges as (

    select * from {{ ref('stg_ledger__charges') }}

),

instance_types as (

    select * from {{ ref('instance_types') }}

),

settings as (select * from {{ ref('stg_landing__settings') }}),

-- A provisioned model is paid by the hour, too, but no machine of ours serves it.
named as (

    select
        charges.*,
        coalesce(
            {{ json_text('charges.tags', 'settings.node_tag') }},
            {{ json_text('charges.tags', "replace(settings.node_tag, '-', '_')") }}
        ) as node_tag,
        lower(charges.pricing_unit) as unit

    from charges

    cross join settings

    where
        charges.resource_id is not null
        and charges.charge_category = 'Usage'
        and charges.service_subcategory is distinct from 'Generative AI'

),

described as (

    select
        named.source_name,
        named.delivery_id,
        named.source_row_number,
        named.source_row_part,
        named.service_provider_name,
        coalesce(named.sub_account_id, 'unassigned') as sub_account_id,
        named.billing_currency,
        named.resource_id,
        named.resource_name,
        named.node_tag,
        named.instance_type,
        named.region_id,
        named.availability_zone,
        named.pricing_category,
        -- Machines that no vendor lists say themselves how many GPUs they have.
        coalesce(instance_types.gpu_count, named.gpu_count) as gpu_count,
        coalesce(instance_types.vcpu_count, named.core_count) as vcpu_count,
        coalesce(instance_types.memory_gib, named.memory_gib) as memory_gib,
        coalesce(named.instance_type, cast(named.gpu_count as varchar)) is not null
        and coalesce(named.unit like '%hour%' or named.unit = 'hrs', false)
            as is_machine,
        -- Staff, which on-premises machines list by the hour, is no time of a machine.
        coalesce(named.unit in ('hrs', 'hours', 'hour'), false)
        and (
            named.source_name is distinct from 'onprem'
            or named.usage_type is distinct from 'staff'
        ) as is_machine_time,
        -- Oracle and Google Cloud sell the GPUs of a machine apart, by the GPU hour.
        coalesce(
            named.unit like 'gpu%hour%'
            or (
                named.service_provider_name = 'Google Cloud'
                and named.sku_meter like '% GPU %'
            ),
            false
        ) as is_gpu_time,
        named.pricing_quantity,
        case when named.unit = 'kwh' then named.effective_cost end as energy_cost,
        named.billed_cost,
        named.effective_cost,
        named.charge_date,
        named.charge_period_start,
        named.charge_period_end,
        named.billing_period_start

    from named

    left join instance_types
        on
            named.service_provider_name = instance_types.service_provider_name
            -- SageMaker's ml.p4d.24xlarge is the machine p4d.24xlarge.
            and replace(named.instance_type, 'ml.', '') = instance_types.instance_type

),

-- A discount is priced by the hours that it discounts: they are billed already.
measured as (

    select
        *,
        case
            when effective_cost < 0 and pricing_quantity > 0 then null
            when is_gpu_time then pricing_quantity
            when is_machine and is_machine_time then pricing_quantity * gpu_count
        end as gpu_hours,
        case
            when effective_cost < 0 and pricing_quantity > 0 then null
            when is_gpu_time then {{ ratio('pricing_quantity', 'gpu_count') }}
            when is_machine and is_machine_time then pricing_quantity
        end as machine_hours
    from described

)

select * from measured
