-- OpenCost's allocations to kubernetes_allocation, containers summed up to their pod.
-- A part's cost has its adjustment beside it, the total has both in it; what the total
-- has and no part is in other_weight. GPUs held stand for GPUs asked for where a version
-- does not report them. Idle is what a node has less what was held of it: where more was
-- held than there is, OpenCost's clamp is made here, 0 for less than nothing.
with hourly as (
    select
        *,
        coalesce(minutes / 60, date_diff('second', window_start, window_end) / 3600.0)
            as hours
    from ({rows})
    where left_out is null
),

summed as (
    select
        {key},
        any_value(delivery_id) filter (place = 1) as delivery_id,
        any_value(row_number) filter (place = 1) as source_row_number,
        any_value(provider_id order by row_number) as provider_id,
        any_value(labels order by row_number) as labels,
        sum(cpu_requested * hours) as cpu_requested_core_hours,
        sum(cpu_used * hours) as cpu_used_core_hours,
        sum(memory_requested * hours / 1073741824) as memory_requested_gib_hours,
        sum(memory_used * hours / 1073741824) as memory_used_gib_hours,
        sum(coalesce(gpu_requested * hours, gpu_hours)) as gpu_requested_hours,
        sum(gpu_used * hours) as gpu_used_hours,
        case when count(coalesce(memory_most, memory_most_raw)) = count(*)
            then sum(coalesce(memory_most, memory_most_raw) / 1073741824)
        end as memory_used_max_gib,
        sum(cpu_cost + coalesce(cpu_adjustment, 0)) as cpu_weight,
        sum(memory_cost + coalesce(memory_adjustment, 0)) as memory_weight,
        sum(gpu_cost + coalesce(gpu_adjustment, 0)) as gpu_weight,
        sum(storage_cost + coalesce(storage_adjustment, 0)) as storage_weight,
        sum(network_cost + coalesce(network_adjustment, 0)) as network_weight,
        sum(
            coalesce(load_balancer_cost, 0) + coalesce(external_cost, 0)
            + coalesce(shared_cost, 0)
        ) as named_others,
        sum(total_cost) as total_cost
    from hourly
    group by {key}
),

parted as (
    select
        *,
        coalesce(
            total_cost - coalesce(cpu_weight, 0) - coalesce(memory_weight, 0)
            - coalesce(gpu_weight, 0) - coalesce(storage_weight, 0)
            - coalesce(network_weight, 0),
            named_others
        ) as other_weight
    from summed
),

clamped as (
    select
        * replace (
            {clamped}
        )
    from parted
)

select
    window_start,
    window_end,
    cluster_name,
    node as node_name,
    regexp_replace(provider_id, '^(aws:///[^/]*/|azure://)', '') as resource_id,
    namespace,
    controller_kind,
    controller as controller_name,
    pod as pod_name,
    case when json_valid(labels) then cast(labels as json) end as labels,
    allocation_kind,
    round(cpu_requested_core_hours, 9) as cpu_requested_core_hours,
    round(cpu_used_core_hours, 9) as cpu_used_core_hours,
    round(memory_requested_gib_hours, 9) as memory_requested_gib_hours,
    round(memory_used_gib_hours, 9) as memory_used_gib_hours,
    round(memory_used_max_gib, 9) as memory_used_max_gib,
    round(gpu_requested_hours, 9) as gpu_requested_hours,
    round(gpu_used_hours, 9) as gpu_used_hours,
    cpu_weight,
    memory_weight,
    gpu_weight,
    storage_weight,
    network_weight,
    other_weight,
    'opencost' as source_name,
    delivery_id,
    source_row_number
from clamped
