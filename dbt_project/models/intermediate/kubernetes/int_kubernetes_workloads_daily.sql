-- What workloads held of a node on a day: the larger of what they asked for and used, row
-- by row, and its weight in the node's cost. Weights are the list prices of the tool that
-- counted, else the seed kubernetes_weights. GPUs that the tool does not count are asked
-- of the GPUs' own telemetry.
{%- set parts = [
    ('cpu', 'cpu_requested_core_hours', 'cpu_used_core_hours'),
    ('memory', 'memory_requested_gib_hours', 'memory_used_gib_hours'),
    ('gpu', 'gpu_requested_hours', 'gpu_used_hours'),
] %}
with

allocation as (

    select * from {{ ref('int_kubernetes_allocation_by_node') }}

    where allocation_kind = 'workload'

),

gpu_usage as (

    select
        source_name,
        node_name as ledger_node_name,
        namespace,
        workload_name as controller_name,
        usage_date,
        sum(allocated_gpu_hours) as allocated_gpu_hours,
        sum(busy_gpu_hours) as busy_gpu_hours
    from {{ ref('int_gpu_usage_daily') }}
    group by all

),

weights as (

    select
        max(weight_per_hour) filter (where node_part = 'cpu') as cpu,
        max(weight_per_hour) filter (where node_part = 'memory') as memory,
        max(weight_per_hour) filter (where node_part = 'gpu') as gpu
    from {{ ref('kubernetes_weights') }}

),

summed_to_day as (

    select
        source_name,
        ledger_node_name,
        cluster_name,
        coalesce(node_name, 'unassigned') as node_name,
        namespace,
        controller_kind,
        controller_name,
        {% for part, requested, used in parts %}
        sum({{ requested }}) as {{ requested }},
        sum({{ used }}) as {{ used }},
        sum(greatest({{ requested }}, {{ used }})) as {{ part }}_held_hours,
        sum({{ part }}_weight) as {{ part }}_weight,
        {% endfor %}
        usage_date
    from allocation
    group by all

),

with_gpus as (

    select
        summed_to_day.* replace (
            coalesce(gpu_requested_hours, gpu_usage.allocated_gpu_hours)
                as gpu_requested_hours,
            coalesce(gpu_used_hours, gpu_usage.busy_gpu_hours) as gpu_used_hours,
            coalesce(gpu_held_hours, gpu_usage.allocated_gpu_hours) as gpu_held_hours
        )
    from summed_to_day
    left join gpu_usage using (
        source_name, ledger_node_name, namespace, controller_name, usage_date
    )

),

weighed as (

    select
        with_gpus.* replace (
            {% for part, _, _ in parts %}
            {{ money(
                'coalesce(with_gpus.' ~ part ~ '_weight, with_gpus.' ~ part
                ~ '_held_hours * cast(weights.' ~ part ~ ' as double), 0)'
            ) }} as {{ part }}_weight{{ ',' if not loop.last }}
            {% endfor %}
        )
    from with_gpus
    cross join weights

)

select * from weighed
