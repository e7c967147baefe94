-- How many GPUs of a machine worked at once in a month: in half of the hours no more, and
-- in 19 of 20.
with

demand as (

    select
        *,
        date_trunc('month', window_start) as demand_month
    from {{ ref('int_gpu_demand_hourly') }}

),

summed_to_month as (

    select
        source_name,
        node_name,
        demand_month,
        max(busy_signal) as busy_signal,
        max(gpu_model) as gpu_model,
        {{ money('quantile_cont(cast(busy_gpus as double), 0.5)') }} as busy_gpus_p50,
        {{ money('quantile_cont(cast(busy_gpus as double), 0.95)') }} as busy_gpus_p95,
        {{ money('quantile_cont(cast(kv_cache_used_ratio as double), 0.95)') }}
            as kv_cache_p95,
        {{ money('quantile_cont(cast(memory_used_gib as double), 0.95)') }}
            as memory_used_gib,
        max(memory_total_gib) as memory_total_gib,
        max(held_gpus) as held_gpus,
        max(pod_gpus) as pod_gpus
    from demand
    group by all

)

select * from summed_to_month
