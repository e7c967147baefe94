-- Disks by day, and whether any machine of their sub-account was up on it. A disk cannot be
-- in use on a day on which no machine was.
with

charges as (

    select * from {{ ref('int_storage_charges') }}
    where storage_tier = 'DISK'

),

disks as (

    select
        source_name,
        service_provider_name,
        sub_account_id,
        resource_id,
        max(resource_name) as resource_name,
        billing_currency,
        sum(effective_cost) as effective_cost,
        charge_date,
        billing_period_start
    from charges
    group by all

),

-- Every machine counts, those of no resource type of ours too.
machine_days as (

    select distinct
        source_name,
        sub_account_id,
        charge_date
    from {{ ref('int_machine_charges') }}
    where machine_hours > 0 or gpu_hours > 0

),

judged as (

    select
        disks.*,
        machine_days.charge_date is null as is_without_machine
    from disks
    left join machine_days
        on
            disks.source_name = machine_days.source_name
            and disks.sub_account_id = machine_days.sub_account_id
            and disks.charge_date = machine_days.charge_date

)

select * from judged
