-- Machine charges split over the attempts that held the machine. What no attempt held is
-- the `unassigned` rest, taken by subtraction, so that the parts sum to the charge.
with

node_charges as (

    select * from {{ ref('int_node_charges') }}

),

shares as (

    select * from {{ ref('int_training_machine_shares') }}

),

held as (

    select
        node_charges.source_name,
        node_charges.billing_currency,
        node_charges.billing_period_start,
        node_charges.delivery_id,
        node_charges.source_row_number,
        node_charges.source_row_part,
        shares.attempt_id,
        shares.run_id,
        shares.run_name,
        shares.experiment_name,
        shares.project_name,
        shares.held_from,
        shares.held_until,
        shares.held_hours,
        shares.productive_hours,
        shares.gpu_hours,
        shares.productive_gpu_hours,
        {{ money('node_charges.billed_cost * shares.charge_share') }} as billed_cost,
        {{ money('node_charges.effective_cost * shares.charge_share') }}
            as effective_cost,
        {{ money(
            'node_charges.effective_cost * shares.charge_share'
            ~ ' * shares.productive_hours / nullif(shares.held_hours, 0)'
        ) }} as productive_cost

    from shares

    inner join node_charges
        using (delivery_id, source_row_number, source_row_part)

),

held_per_charge as (

    select
        delivery_id,
        source_row_number,
        source_row_part,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost
    from held
    group by all

),

rest as (

    select
        node_charges.source_name,
        node_charges.billing_currency,
        node_charges.billing_period_start,
        node_charges.delivery_id,
        node_charges.source_row_number,
        node_charges.source_row_part,
        'unassigned' as attempt_id,
        'unassigned' as run_id,
        'unassigned' as run_name,
        'unassigned' as experiment_name,
        'unassigned' as project_name,
        cast(null as timestamp) as held_from,
        cast(null as timestamp) as held_until,
        cast(null as double) as held_hours,
        cast(null as double) as productive_hours,
        cast(null as double) as gpu_hours,
        cast(null as double) as productive_gpu_hours,
        node_charges.billed_cost - coalesce(held_per_charge.billed_cost, 0)
            as billed_cost,
        node_charges.effective_cost - coalesce(held_per_charge.effective_cost, 0)
            as effective_cost,
        cast(0 as decimal(38, 12)) as productive_cost

    from node_charges

    left join held_per_charge
        using (delivery_id, source_row_number, source_row_part)

),

parts as (

    select * from held
    union all by name
    select *
    from rest
    where effective_cost != 0

)

select * from parts
