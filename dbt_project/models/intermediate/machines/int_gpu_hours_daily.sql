-- The GPU hours of a machine's day: billed, of those known, of those held, of those busy.
-- Telemetry says what it has seen; a scheduler knows of all hours who held them, and is
-- asked where telemetry does not say. A missing sample is not 0 %: hours that nobody saw
-- are neither idle nor busy.
with

machines as (

    select * from {{ ref('int_machines_daily') }}

),

gpu_usage as (

    select
        source_name,
        node_name,
        usage_date,
        max(busy_signal) as busy_signal,
        sum(observed_gpu_hours) as observed_gpu_hours,
        sum(allocated_gpu_hours) as allocated_gpu_hours,
        sum(busy_gpu_hours) as busy_gpu_hours,
        sum(energy_kwh) as energy_kwh
    from {{ ref('int_gpu_usage_daily') }}
    group by all

),

gpu_nodes as (

    select * from {{ ref('int_gpu_nodes') }}

),

gpu_machines as (

    select machines.*
    from machines
    semi join gpu_nodes
        on
            machines.source_name = gpu_nodes.source_name
            and machines.node_name = gpu_nodes.node_name

),

joined as (

    select
        gpu_machines.* exclude (gpu_hours),
        case when gpu_machines.gpu_hours > 0 then gpu_machines.gpu_hours end
            as available_gpu_hours,
        gpu_usage.busy_signal,
        gpu_usage.observed_gpu_hours,
        gpu_usage.allocated_gpu_hours as seen_gpu_hours,
        gpu_usage.busy_gpu_hours as seen_busy_gpu_hours,
        gpu_usage.energy_kwh
    from gpu_machines
    left join gpu_usage
        on
            gpu_machines.source_name = gpu_usage.source_name
            and gpu_machines.node_name = gpu_usage.node_name
            and gpu_machines.charge_date = gpu_usage.usage_date
            and gpu_machines.is_main_bill

),

known as (

    select
        *,
        case
            when seen_gpu_hours is not null then 'gpu_usage'
            when training_gpu_hours is not null and available_gpu_hours > 0
                then 'training_attempts'
            else 'none'
        end as allocation_source,
        case
            when observed_gpu_hours is not null
                then least(observed_gpu_hours, available_gpu_hours)
            when training_gpu_hours is not null then available_gpu_hours
        end as known_gpu_hours
    from joined

),

held as (

    select
        *,
        case allocation_source
            when 'gpu_usage' then least(seen_gpu_hours, known_gpu_hours)
            when 'training_attempts' then {{ money(
                'least(cast(training_gpu_hours as double), available_gpu_hours)'
                ~ ' * known_gpu_hours / available_gpu_hours'
            ) }}
        end as allocated_gpu_hours
    from known

),

-- A driver works a little on a GPU that nobody holds; it is idle all the same.
worked as (

    select
        *,
        case
            when seen_busy_gpu_hours is not null
                then least(
                    seen_busy_gpu_hours, coalesce(allocated_gpu_hours, known_gpu_hours)
                )
        end as busy_gpu_hours
    from held

)

select * from worked
