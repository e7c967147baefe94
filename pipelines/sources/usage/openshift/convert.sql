-- Pod usage to kubernetes_allocation. The operator knows no prices, so weights are NULL
-- and quantities split a node. A pod without a node was never scheduled on one.
with pods as (
    select
        *,
        -- label_app:llm|label_team:search
        list_transform(
            list_filter(
                string_split(coalesce(pod_labels, ''), '|'),
                lambda pair: contains(pair, ':')
            ),
            lambda pair: {{
                'key': regexp_replace(split_part(pair, ':', 1), '^label_', ''),
                'value': regexp_replace(pair, '^[^:]*:', '')
            }}
        ) as pairs
    from ({rows})
    where left_out is null
),

-- Of a label that comes twice the first value counts.
labelled as (
    select
        *,
        list_transform(pairs, lambda pair: pair.key) as label_names,
        list_filter(
            pairs,
            lambda pair, place: list_position(label_names, pair.key) = place
        ) as label_pairs
    from pods
)

select
    interval_start as window_start,
    -- An hour ends a second early.
    date_trunc('minute', interval_end + interval 1 second) as window_end,
    node as node_name,
    resource_id,
    namespace,
    pod as pod_name,
    case when len(label_pairs) > 0 then to_json(map_from_entries(label_pairs)) end
        as labels,
    'workload' as allocation_kind,
    round(pod_request_cpu_core_seconds / 3600, 9) as cpu_requested_core_hours,
    round(pod_usage_cpu_core_seconds / 3600, 9) as cpu_used_core_hours,
    round(pod_request_memory_byte_seconds / 3600 / 1073741824, 9)
        as memory_requested_gib_hours,
    round(pod_usage_memory_byte_seconds / 3600 / 1073741824, 9)
        as memory_used_gib_hours,
    'openshift' as source_name,
    delivery_id,
    row_number as source_row_number
from labelled
