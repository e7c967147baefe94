-- GPU hours of a machine's day with all four costs. A machine that is bought on Spot is
-- another tier than the same machine on demand or under a commitment.
with

machine_charges as (

    select * from {{ ref('int_machine_charges') }}

),

charges as (

    select
        delivery_id,
        source_row_number,
        source_row_part,
        contracted_cost,
        list_cost,
        list_unit_price
    from {{ ref('stg_ledger__charges') }}

),

gpu_machines as (

    select distinct
        source_name,
        node_name
    from {{ ref('int_gpu_nodes') }}

),

summed_to_day as (

    select
        machine_charges.source_name,
        {{ of_largest(
            'machine_charges.service_provider_name', 'machine_charges.is_machine'
        ) }} as service_provider_name,
        {{ of_largest(
            'machine_charges.sub_account_id', 'machine_charges.is_machine'
        ) }} as sub_account_id,
        machine_charges.node_name,
        coalesce({{ of_largest(
            'machine_charges.instance_type',
            'coalesce(machine_charges.machine_hours, 0)'
        ) }}, 'unassigned') as instance_type,
        case {{ of_largest(
            'machine_charges.pricing_category',
            'coalesce(machine_charges.machine_hours, 0)'
        ) }} when 'Dynamic' then 'spot' else 'standard' end as processing_tier,
        machine_charges.billing_currency,
        sum(machine_charges.gpu_hours) as gpu_hours,
        sum(machine_charges.effective_cost) as effective_cost,
        case
            when bool_and(
                charges.list_unit_price is not null
                or machine_charges.machine_hours is null
            ) then sum(charges.list_cost)
        end as list_cost,
        case
            when bool_and(
                charges.list_unit_price is not null
                or machine_charges.machine_hours is null
            ) then sum(charges.contracted_cost)
        end as contracted_cost,
        machine_charges.charge_date,
        machine_charges.billing_period_start
    from machine_charges
    inner join gpu_machines using (source_name, node_name)
    inner join charges using (delivery_id, source_row_number, source_row_part)
    group by all

)

select * from summed_to_day
