-- Charges of machines, with the share of each that no training run held.
with

machine_charges as (

    select * from {{ ref('int_machine_charges') }}

),

training as (

    select * from {{ ref('int_training_machine_shares') }}

),

untrained as (

    select
        machine_charges.source_name,
        machine_charges.delivery_id,
        machine_charges.source_row_number,
        machine_charges.source_row_part,
        machine_charges.node_name,
        machine_charges.charge_date,
        1 - coalesce(sum(training.charge_share), 0) as free_share
    from machine_charges
    left join training using (delivery_id, source_row_number, source_row_part)
    group by all

)

select * from untrained
