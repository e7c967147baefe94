-- Charges with the labels that their tags give them, what their machine has, and a
-- signature: charges of one signature are the same kind of thing in the same month.
with

charges as (

    select * from {{ ref('stg_ledger__charges') }}

),

tag_sets as (

    select * from {{ ref('int_tag_sets') }}

),

instance_types as (

    select * from {{ ref('instance_types') }}

),

-- A node's disks and traffic belong to its machine.
gpu_machines as (

    select
        delivery_id,
        source_row_number,
        source_row_part,
        source_name,
        is_of_gpu_machine
    from {{ ref('int_machine_charges') }}

),

described as (

    select
        charges.* replace (
            coalesce(instance_types.gpu_count, charges.gpu_count) as gpu_count
        ),
        tag_sets.tag_count,
        tag_sets.label_team,
        tag_sets.label_project,
        tag_sets.label_feature,
        tag_sets.label_tenant,
        tag_sets.label_environment,
        coalesce(gpu_machines.is_of_gpu_machine, false) as is_of_gpu_machine,
        case
            when coalesce(instance_types.gpu_count, charges.gpu_count) > 0 then 'gpu'
            -- A database or a cache has much memory, too, and is none of these machines.
            when
                charges.service_category in ('Compute', 'AI and Machine Learning')
                and coalesce(instance_types.memory_gib, charges.memory_gib)
                >= 8 * coalesce(instance_types.vcpu_count, charges.core_count)
                then 'high_memory'
        end as machine_kind,
        lower(concat_ws(' ', charges.sku_meter, charges.usage_type)) as meter,
        md5(concat_ws(
            '|',
            charges.source_name,
            charges.service_category,
            charges.service_subcategory,
            charges.service_name,
            meter,
            charges.instance_type,
            machine_kind,
            charges.billing_period_start
        )) as signature

    from charges

    left join tag_sets
        on
            cast(charges.tags as varchar) = tag_sets.tags
            and charges.billing_period_start = tag_sets.billing_period_start

    left join instance_types
        on
            charges.service_provider_name = instance_types.service_provider_name
            -- SageMaker's ml.p4d.24xlarge is the machine p4d.24xlarge.
            and replace(charges.instance_type, 'ml.', '')
            = instance_types.instance_type

    left join gpu_machines
        on
            charges.delivery_id = gpu_machines.delivery_id
            and charges.source_row_number = gpu_machines.source_row_number
            and charges.source_row_part = gpu_machines.source_row_part
            and charges.source_name = gpu_machines.source_name

)

select * from described
