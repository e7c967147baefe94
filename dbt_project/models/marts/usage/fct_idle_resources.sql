{%- set resource = [
    'source_name', 'service_provider_name', 'sub_account_id', 'resource_id',
    'resource_name', 'billing_currency', 'billing_period_start',
] %}
with

gpu_hours as (

    select * from {{ ref('fct_gpu_hour_costs') }}

),

serving_days as (

    select distinct
        source_name,
        node_name,
        charge_date,
        true as is_serving
    from {{ ref('int_serving_machines_daily') }}

),

-- Hours that nobody knows of are no evidence; they are unknown_cost of fct_gpu_hour_costs.
-- What a server holds on a day without work is no idle_cost: no money is in two rows.
machine_days as (

    select
        gpu_hours.*,
        kinds.idle_kind,
        case
            when kinds.idle_kind = 'gpu_held_by_nobody' then gpu_hours.idle_cost
            when serving_days.is_serving and gpu_hours.busy_gpu_hours = 0
                then gpu_hours.allocated_cost
        end as cost,
        gpu_hours.allocation_source as evidence
    from gpu_hours
    cross join (
        values ('gpu_held_by_nobody'), ('server_without_work')
    ) as kinds (idle_kind)
    left join serving_days using (source_name, node_name, charge_date)

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
        {{ money('sum(cost) filter (cost > 0)') }} as idle_cost
    from days
    group by all
    having idle_days > 0

),

final as (

    select
        * exclude (billing_period_start),
        {{ unit_cost('idle_cost', 'idle_days') }} as cost_per_idle_day,
        case
            when idle_kind = 'server_without_work' then 'scale_to_zero'
            when idle_kind = 'disk_without_machine' and 2 * idle_days >= billed_days
                then 'snapshot_and_delete'
            when idle_kind = 'disk_without_machine' then 'snapshot_between_jobs'
            when 2 * idle_days >= billed_days then 'stop_or_shrink'
            else 'stop_between_jobs'
        end as action,
        billing_period_start
    from summed_to_resource

)

select * from final
