-- Disks by day, and whether any machine was up that could use them: one of their sub-account
-- in their region, and in their zone where both say one. A disk cannot be in use on a day
-- (or in a month, where it is billed by the month) in which no such machine was.
-- unused_days says for how long there has been none.
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
        max(region_id) as region_id,
        max(availability_zone) as availability_zone,
        billing_currency,
        sum(effective_cost) as effective_cost,
        charge_date,
        cast(max(charge_period_end - interval 1 second) as date) as last_date,
        billing_period_start
    from charges
    group by all

),

-- Every machine counts, those of no resource type of ours too; one that does not say
-- where it is may be anywhere.
machine_days as (

    select distinct
        source_name,
        sub_account_id,
        region_id,
        availability_zone,
        cast(unnest({{ days_between(
            'charge_date', 'greatest(charge_period_end, charge_date + interval 1 day)'
        ) }}) as date) as machine_date
    from {{ ref('int_machine_charges') }}
    where machine_hours > 0 or gpu_hours > 0

),

judged as (

    select
        disks.*,
        not exists (
            select 1
            from machine_days
            where
                disks.source_name = machine_days.source_name
                and disks.sub_account_id = machine_days.sub_account_id
                and machine_days.machine_date >= disks.charge_date
                and machine_days.machine_date <= disks.last_date
                and coalesce(disks.region_id = machine_days.region_id, true)
                and coalesce(
                    disks.availability_zone = machine_days.availability_zone, true
                )
        ) as is_without_machine
    from disks

),

dated as (

    select
        *,
        date_diff(
            'day',
            coalesce(
                max(case when not is_without_machine then last_date end) over disk,
                min(charge_date) over disk - 1
            ),
            last_date
        ) as unused_days
    from judged
    window disk as (
        partition by source_name, sub_account_id, resource_id order by charge_date
    )

)

select * from dated
