-- What a GPU machine cost in a month, how much of it was seen, and how many GPUs its work
-- needs: the busy GPUs of 19 in 20 hours with work, or the KV cache where that was fuller, at
-- no more than the wanted utilization; never fewer than hold the memory that was in use, nor
-- than one pod or one job holds.
with

gpu_hours as (

    select * from {{ ref('int_gpu_hours_daily') }}

),

-- Disks and licences stay when the machine gets smaller.
machine_costs as (

    select
        source_name,
        node_name,
        billing_currency,
        billing_period_start,
        sum(effective_cost) as machine_cost,
        sum(case pricing_category when 'Committed' then effective_cost else 0 end)
            as committed_cost
    from {{ ref('int_machine_hour_charges') }}
    group by all

),

pressed as (

    select * from {{ ref('int_gpu_demand_monthly') }}

),

servers as (

    select distinct
        source_name,
        node_name,
        date_trunc('month', charge_date) as serving_month
    from {{ ref('int_serving_machines_daily') }}

),

machine_charges as (

    select * from {{ ref('int_machine_charges') }}

),

jobs as (

    select
        machine_charges.source_name,
        machine_charges.node_name,
        held.billing_period_start as job_month,
        max(ceil(round(held.gpu_hours / held.held_hours, 6))) as job_gpus
    from {{ ref('int_training_charges') }} as held
    inner join machine_charges
        using (delivery_id, source_row_number, source_row_part)
    where held.run_id != 'unassigned' and held.held_hours > 0
    group by all

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

machines as (

    select
        source_name,
        node_name,
        billing_currency,
        billing_period_start,
        max(service_provider_name) as service_provider_name,
        max(sub_account_id) as sub_account_id,
        {{ of_largest('resource_id', 'available_gpu_hours') }} as resource_id,
        {{ of_largest('instance_type', 'available_gpu_hours') }} as instance_type,
        max(gpu_count) as gpu_count,
        sum(machine_hours) as machine_hours,
        sum(available_gpu_hours) as available_gpu_hours,
        sum(observed_gpu_hours) as observed_gpu_hours,
        sum(effective_cost) as effective_cost
    from gpu_hours
    group by all

),

needed as (

    select
        machines.*,
        machine_costs.machine_cost,
        machine_costs.committed_cost,
        pressed.* exclude (source_name, node_name, demand_month),
        servers.node_name is not null as is_server,
        settings.target_utilization,
        settings.least_observed,
        greatest(
            pressed.busy_gpus_p95,
            coalesce(pressed.kv_cache_p95 * pressed.held_gpus, 0)
        ) as pressure_gpus,
        case when pressed.node_name is not null then greatest(
            ceil(pressure_gpus / cast(settings.target_utilization as double)),
            ceil(coalesce(
                pressed.all_memory_used_gib / nullif(pressed.memory_total_gib, 0), 0
            )),
            coalesce(pressed.pod_gpus, 0),
            coalesce(jobs.job_gpus, 0),
            1
        ) end as needed_gpus
    from machines
    cross join settings
    left join machine_costs
        using (
            source_name, node_name, billing_currency, billing_period_start
        )
    left join pressed
        on
            machines.source_name = pressed.source_name
            and machines.node_name = pressed.node_name
            and machines.billing_period_start = pressed.demand_month
    left join jobs
        on
            machines.source_name = jobs.source_name
            and machines.node_name = jobs.node_name
            and machines.billing_period_start = jobs.job_month
    left join servers
        on
            machines.source_name = servers.source_name
            and machines.node_name = servers.node_name
            and machines.billing_period_start = servers.serving_month

)

select * from needed
