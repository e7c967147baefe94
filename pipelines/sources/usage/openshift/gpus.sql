-- GPU usage of pods to gpu_usage. gpu_pod_uptime is minutes of the hour, utilization a
-- percentage of them. A GPU that no pod held is not in the file: it was not observed.
with gpus as (
    select
        *,
        gpu_pod_uptime / 60 as hours
    from ({rows})
    where left_out is null
)

select
    interval_start as window_start,
    date_trunc('minute', interval_end + interval 1 second) as window_end,
    node as node_name,
    gpu_uuid || coalesce('/' || mig_instance_id, '') as gpu_id,
    gpu_model_name as gpu_model,
    mig_profile,
    case
        when mig_profile is null then 1
        else round(
            cast(regexp_extract(mig_profile, '(\d+)g\.', 1) as double)
            / coalesce(nullif(gpu_max_slices, 0), 7), 12
        )
    end as gpu_fraction,
    namespace,
    pod as pod_name,
    round(hours, 9) as observed_hours,
    round(hours, 9) as allocated_hours,
    round(hours * gpu_pod_utilization / 100, 9) as busy_hours,
    round(gpu_memory_capacity_mib / 1024, 6) as memory_total_gib,
    case when gpu_pod_utilization is not null then 'gpu_pod_utilization' end
        as busy_signal,
    'openshift_gpu' as source_name,
    delivery_id,
    row_number as source_row_number
from gpus
