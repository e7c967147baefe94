{%- set resource = [
    'source_name', 'service_provider_name', 'sub_account_id', 'resource_id',
    'resource_name', 'billing_currency', 'billing_period_start',
] %}
with

machine_days as (

    select * from {{ ref('int_idle_machine_days') }}

),

disk_days as (

    select
        *,
        'disk_without_machine' as idle_kind,
        case when is_without_machine then effective_cost end as cost,
        'bill' as evidence
    from {{ ref('int_disks_daily') }}

),

days as (

    select * from machine_days
    union all by name
    select * from disk_days

),

summed_to_resource as (

    select
        {{ resource | join(', ') }},
        idle_kind,
        max(evidence) filter (cost > 0) as evidence,
        max(instance_type) as instance_type,
        count(distinct charge_date) filter (cost > 0) as idle_days,
        count(distinct charge_date) as billed_days,
        min(charge_date) filter (cost > 0) as first_idle_date,
        max(charge_date) filter (cost > 0) as last_idle_date,
        max(unused_days) filter (cost > 0) as unused_days,
        {{ money('sum(cost) filter (cost > 0)') }} as idle_cost,
        {{ money('coalesce(sum(freed_capacity_cost) filter (cost > 0), 0)') }}
            as freed_capacity_cost
    from days
    group by all
    having idle_days > 0

),

final as (

    select
        * exclude (billing_period_start, unused_days),
        idle_cost - freed_capacity_cost as monthly_saving,
        {{ unit_cost('idle_cost', 'idle_days') }} as cost_per_idle_day,
        case
            when idle_kind = 'server_without_work' then 'scale_to_zero'
            -- What a machine used in the month, or a week ago, waits for its next job.
            when
                idle_kind = 'disk_without_machine'
                and idle_days = billed_days
                and unused_days >= 7
                then 'snapshot_and_delete'
            when idle_kind = 'disk_without_machine' then 'snapshot_between_jobs'
            when 2 * idle_days >= billed_days then 'stop_or_shrink'
            else 'stop_between_jobs'
        end as action,
        billing_period_start
    from summed_to_resource

)

select * from final
