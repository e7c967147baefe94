-- How many GPUs of a machine worked at once in a month, in the hours in which it had work: in
-- half of them no more, and in 19 of 20. Hours without work say nothing of what work needs:
-- a training of eight hours a week is in fewer than one of 20. Below 100 hours of work, which
-- leave five above the percentile, the largest counts. A GPU that nobody uses is busy below
-- one percent.
with

demand as (

    select
        *,
        date_trunc('month', window_start) as demand_month,
        busy_gpus >= 0.01 * observed_gpus as has_work
    from {{ ref('int_gpu_demand_hourly') }}

),

summed_to_month as (

    select
        source_name,
        node_name,
        demand_month,
        max(busy_signal) as busy_signal,
        max(gpu_model) as gpu_model,
        count_if(has_work) as working_hours,
        case when working_hours < 100 then 1 else 0.95 end as percentile,
        max(busy_gpus) as most_busy_gpus,
        max(kv_cache_used_ratio) as most_kv_cache,
        {% for measure, quantile in {
            'busy_gpus_p50': ['busy_gpus', 0.5],
            'busy_gpus_p95': ['busy_gpus', 0.95],
            'kv_cache_p95': ['kv_cache_used_ratio', 0.95],
            'memory_used_gib_p95': ['memory_used_gib', 0.95],
        }.items() %}
        {{ percentile('case when has_work then ' ~ quantile[0] ~ ' end', quantile[1]) }}
            as {{ measure }},
        {% endfor %}
        max(memory_used_gib) as memory_used_gib,
        max(all_memory_used_gib) as all_memory_used_gib,
        max(memory_total_gib) as memory_total_gib,
        max(held_gpus) as held_gpus,
        max(pod_gpus) as pod_gpus
    from demand
    group by all

),

final as (

    select
        * exclude (percentile, most_busy_gpus, most_kv_cache) replace (
            {{ money('coalesce(busy_gpus_p50, most_busy_gpus)') }} as busy_gpus_p50,
            {{ money('if(percentile < 1, busy_gpus_p95, most_busy_gpus)') }}
                as busy_gpus_p95,
            {{ money('if(percentile < 1, kv_cache_p95, most_kv_cache)') }}
                as kv_cache_p95,
            {{ money('coalesce(memory_used_gib_p95, memory_used_gib)') }}
                as memory_used_gib_p95
        )
    from summed_to_month

)

select * from final
