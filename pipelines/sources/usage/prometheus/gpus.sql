-- DCGM's and Triton's GPU samples to gpu_usage: one row per hour, GPU and pod.
-- Busy is what the queue of the pod's model server says; where none does, the share of
-- time in which the engine worked, and else the one in which a kernel ran.
with samples as (
    select *
    from prometheus_samples
    where left_out is null
),

moments as (
    select
        hour,
        holder,
        sampled_at,
        max(seconds) as seconds,
        max(value) > 0 as is_busy,
        max(workload_name) as workload_name,
        max(metric) filter (metric like '%running%') as running,
        max(metric) as metric
    from samples
    where quantity = 'queue'
    group by hour, holder, sampled_at
),

queues as (
    select
        hour,
        holder,
        sum(seconds) as seconds,
        coalesce(sum(seconds) filter (is_busy), 0) / sum(seconds) as busy_share,
        max(workload_name) as workload_name,
        max(coalesce(running, metric)) as signal
    from moments
    group by hour, holder
),

caches as (
    select
        hour,
        holder,
        sum(value * seconds) / sum(seconds) as kv_cache_used_ratio
    from samples
    where metric like '%cache_usage_perc'
    group by hour, holder
),

placed as (
    select
        *,
        row_number() over (
            partition by {key} order by sampled_at, age, row_number
        ) as place
    from samples
    where quantity != 'queue'
),

measured as (
    select
        {key},
        holder,
        max(gpu_model) as gpu_model,
        any_value(delivery_id) filter (place = 1) as delivery_id,
        any_value(row_number) filter (place = 1) as source_row_number,
        {sums},
        sum(increase) filter (quantity = 'energy_joules') as energy_joules,
        min(metric) filter (quantity = 'engine') as engine_metric,
        min(metric) filter (quantity = 'utilization') as utilization_metric
    from placed
    group by {key}, holder
),

signalled as (
    select
        measured.*,
        queues.workload_name,
        caches.kv_cache_used_ratio,
        coalesce(queues.signal, engine_metric, utilization_metric) as busy_signal,
        case
            when queues.signal is not null then queues.busy_share
            when engine_metric is not null then engine / engine_seconds
            else utilization / utilization_seconds
        end as busy_share,
        greatest(
            engine_seconds, utilization_seconds, memory_used_mib_seconds,
            power_watts_seconds
        ) as gpu_seconds,
        case
            when queues.signal is not null
                then least(queues.seconds, coalesce(gpu_seconds, queues.seconds))
            else coalesce(engine_seconds, utilization_seconds, gpu_seconds, 0)
        end as signal_seconds,
        -- Scrapes that do not divide an hour may close a little more than one.
        least(signal_seconds, 3600) / 3600 as observed_hours,
        queues.signal is not null as has_queue,
        bool_or(pod_name is not null) over (partition by cluster_name, node_name)
            as has_pods
    from measured
    left join queues using (hour, holder)
    left join caches using (hour, holder)
)

select
    hour as window_start,
    hour + interval 1 hour as window_end,
    cluster_name,
    node_name,
    machine_id as resource_id,
    gpu_id,
    gpu_model,
    mig_profile,
    -- A100 and H100 have seven slices, A30 has four.
    case
        when mig_profile is null then 1
        else round(
            cast(regexp_extract(mig_profile, '(\d+)g\.', 1) as double)
            / case when gpu_model like '%A30%' then 4 else 7 end, 12
        )
    end as gpu_fraction,
    namespace,
    pod_name,
    workload_name,
    round(observed_hours, 9) as observed_hours,
    -- Without any pod on the machine nobody says who holds it.
    round(case
        when pod_name is not null or has_queue then observed_hours
        when has_pods then 0
    end, 9) as allocated_hours,
    round(busy_share * observed_hours, 9) as busy_hours,
    round(memory_used_mib / 1024 / 3600, 9) as memory_used_gib_hours,
    round((
        memory_used_mib / memory_used_mib_seconds
        + memory_free_mib / memory_free_mib_seconds
        + coalesce(memory_reserved_mib / memory_reserved_mib_seconds, 0)
    ) / 1024, 6) as memory_total_gib,
    round(kv_cache_used_ratio, 9) as kv_cache_used_ratio,
    round(coalesce(energy_joules, power_watts) / 3600000, 9) as energy_kwh,
    busy_signal,
    'prometheus_gpu' as source_name,
    delivery_id,
    source_row_number
from signalled
