-- What machines cost by the hour, alone: without disks, traffic, licences, power and staff,
-- and without GPUs that are sold apart from their machine.
with

charges as (

    select * from {{ ref('int_machine_charges') }}

),

by_the_hour as (

    select *
    from charges
    where is_machine_time and machine_hours > 0

)

select * from by_the_hour
