-- Which hours of its machine each model server held: the part of the GPU hours seen that
-- its workload held, else the GPUs listed for as long as it served, else all of it;
-- deployments of one workload share what it held. How busy it was and what energy it took
-- is known of its workload, or of a machine on which no workload is told apart.
with

servers as (

    select * from {{ ref('int_model_servers_daily') }}

),

machines as (

    select
        source_name,
        node_name,
        charge_date,
        max(serving_hours) as serving_hours,
        -- A fleet has more hours than the day.
        coalesce(nullif(least(max(up_hours), 24), 0), 24) as up_hours,
        max(gpu_count) as machine_gpu_count
    from {{ ref('int_serving_machines_daily') }}
    group by all

),

workloads as (

    select
        source_name,
        node_name,
        usage_date as charge_date,
        workload_name,
        sum(observed_gpu_hours) as gpu_hours,
        sum(allocated_gpu_hours) as allocated_gpu_hours,
        sum(busy_gpu_hours) as busy_gpu_hours,
        sum(energy_kwh) as energy_kwh
    from {{ ref('int_gpu_usage_daily') }}
    group by all

),

gpus as (

    select
        source_name,
        node_name,
        charge_date,
        count(workload_name) as workload_count,
        sum(gpu_hours) as gpu_hours,
        sum(busy_gpu_hours) as busy_gpu_hours,
        sum(energy_kwh) as energy_kwh
    from workloads
    group by all

),

weighed as (

    select
        servers.*,
        machines.serving_hours,
        least(1, servers.served_hours / machines.up_hours) as time_share,
        least(1, servers.gpu_count / nullif(machines.machine_gpu_count, 0))
            as gpu_share,
        coalesce(servers.gpu_count, 1) * servers.served_hours
        / nullif({{ exact_sum(
            'coalesce(servers.gpu_count, 1) * servers.served_hours',
            'over (partition by servers.source_name, servers.node_name, '
            ~ 'servers.charge_date, servers.workload_name)'
        ) }}, 0) as workload_share,
        coalesce(servers.gpu_count, 1) * servers.served_hours
        / nullif({{ exact_sum(
            'coalesce(servers.gpu_count, 1) * servers.served_hours',
            'over (partition by servers.source_name, servers.node_name, '
            ~ 'servers.charge_date)'
        ) }}, 0) as node_share,
        {{ ratio('workloads.allocated_gpu_hours', 'gpus.gpu_hours') }} as seen_share,
        case
            when workloads.workload_name is not null
                then {{ ratio('workloads.busy_gpu_hours', 'workloads.gpu_hours') }}
            when gpus.workload_count = 0
                then {{ ratio('gpus.busy_gpu_hours', 'gpus.gpu_hours') }}
        end as busy_ratio,
        case
            when workloads.workload_name is not null then workloads.energy_kwh
        end as workload_kwh,
        case when gpus.workload_count = 0 then gpus.energy_kwh end as node_kwh
    from servers
    inner join machines
        on
            servers.source_name = machines.source_name
            and servers.node_name = machines.node_name
            and servers.charge_date = machines.charge_date
    left join workloads
        on
            servers.source_name = workloads.source_name
            and servers.node_name = workloads.node_name
            and servers.charge_date = workloads.charge_date
            and servers.workload_name = workloads.workload_name
    left join gpus
        on
            servers.source_name = gpus.source_name
            and servers.node_name = gpus.node_name
            and servers.charge_date = gpus.charge_date

),

summed_to_server as (

    select
        source_name,
        node_name,
        model_id,
        workload_name,
        environment_name,
        serving_hours,
        busy_ratio,
        {{ money(exact_sum(
            'serving_hours'
            ~ ' * coalesce(seen_share * workload_share, gpu_share * time_share, time_share)'
        )) }} as held_hours,
        {{ money(exact_sum(
            'cast(coalesce(workload_kwh, node_kwh) as double)'
            ~ ' * case when workload_kwh is not null then workload_share'
            ~ ' else node_share end'
        )) }} as energy_kwh,
        charge_date
    from weighed
    group by all

)

select * from summed_to_server
