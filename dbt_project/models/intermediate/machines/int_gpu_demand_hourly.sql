-- How many GPUs of a machine worked and were held in an hour, how full the memory of the
-- fullest and of all together and the server's KV cache were, and how many one pod held. A
-- MIG slice is its fraction.
with

placed as (

    select * from {{ ref('int_gpu_usage_by_node') }}
    where ledger_node_name is not null and observed_hours > 0

),

pods as (

    select
        ledger_source_name,
        ledger_node_name,
        window_start,
        pod_name,
        {{ exact_sum('gpu_fraction') }} as pod_gpus
    from placed
    where allocated_hours > 0
    group by all

),

-- Pods that share a GPU each see its whole memory.
memories as (

    select
        ledger_source_name,
        ledger_node_name,
        window_start,
        gpu_id,
        max(memory_used_gib_hours / observed_hours) as memory_used_gib
    from placed
    group by all

),

machine_memories as (

    select
        ledger_source_name,
        ledger_node_name,
        window_start,
        {{ exact_sum('memory_used_gib') }} as all_memory_used_gib
    from memories
    group by all

),

largest_pods as (

    select
        ledger_source_name,
        ledger_node_name,
        window_start,
        max(pod_gpus) as pod_gpus
    from pods
    where pod_name is not null
    group by all

),

summed_to_hour as (

    select
        placed.ledger_source_name as source_name,
        placed.ledger_node_name as node_name,
        max(placed.busy_signal) as busy_signal,
        max(placed.gpu_model) as gpu_model,
        {{ money(exact_sum(
            'cast(placed.observed_hours as double) * placed.gpu_fraction'
        )) }} as observed_gpus,
        {{ money(exact_sum(
            'cast(placed.busy_hours as double) * placed.gpu_fraction'
        )) }} as busy_gpus,
        {{ money(exact_sum(
            'cast(placed.allocated_hours as double) * placed.gpu_fraction'
        )) }} as held_gpus,
        max(placed.memory_used_gib_hours / placed.observed_hours) as memory_used_gib,
        max(machine_memories.all_memory_used_gib) as all_memory_used_gib,
        max(placed.memory_total_gib) as memory_total_gib,
        max(placed.kv_cache_used_ratio) as kv_cache_used_ratio,
        max(largest_pods.pod_gpus) as pod_gpus,
        placed.window_start
    from placed
    left join largest_pods
        on
            placed.ledger_source_name = largest_pods.ledger_source_name
            and placed.ledger_node_name = largest_pods.ledger_node_name
            and placed.window_start = largest_pods.window_start
    left join machine_memories
        on
            placed.ledger_source_name = machine_memories.ledger_source_name
            and placed.ledger_node_name = machine_memories.ledger_node_name
            and placed.window_start = machine_memories.window_start
    group by
        placed.ledger_source_name,
        placed.ledger_node_name,
        placed.window_start

)

select * from summed_to_hour
