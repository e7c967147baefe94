-- The weight of what no workload held of a node: as the tool says of it, else its capacity
-- less what was held, else its part of the cluster's. Hours not seen are no idle ones.
{%- set parts = [
    ('cpu', 'vcpu_count'), ('memory', 'memory_gib'), ('gpu', 'gpu_count'),
] %}
with

workloads as (

    select * from {{ ref('int_kubernetes_workloads_daily') }}

),

allocation as (

    select * from {{ ref('int_kubernetes_allocation_by_node') }}

),

weights as (

    select
        max(weight_per_hour) filter (where node_part = 'cpu') as cpu,
        max(weight_per_hour) filter (where node_part = 'memory') as memory,
        max(weight_per_hour) filter (where node_part = 'gpu') as gpu
    from {{ ref('kubernetes_weights') }}

),

nodes as (

    select
        *,
        -- A node that was refunded more than it cost has none of the cluster's idle.
        coalesce({{ ratio(
            'greatest(effective_cost, 0)',
            'sum(greatest(effective_cost, 0)) over (partition by cluster_name, charge_date)'
        ) }}, 0) as cluster_share
    from {{ ref('int_kubernetes_nodes_daily') }}
    where is_main_bill

),

tool_idle as (

    select
        cluster_name,
        node_name,
        {% for part, _ in parts %}
        sum(coalesce({{ part }}_weight, 0)) as {{ part }}_weight,
        {% endfor %}
        usage_date as charge_date
    from allocation
    where allocation_kind = 'idle'
    group by all

),

held as (

    select
        cluster_name,
        node_name,
        {% for part, _ in parts %}
        sum({{ part }}_weight) as {{ part }}_weight,
        coalesce(
            sum({{ part }}_weight)
            / nullif(cast(sum({{ part }}_held_hours) as double), 0),
            max(weights.{{ part }})
        ) as {{ part }}_price,
        {% endfor %}
        usage_date as charge_date
    from workloads
    cross join weights
    group by all

),

judged as (

    select
        nodes.cluster_name,
        nodes.node_name,
        case
            when of_node.cluster_name is not null then 'node'
            -- Of a part of unknown size the idle rest is unknown, not 0.
            when
                nodes.vcpu_count is not null
                and nodes.memory_gib is not null
                and (nodes.gpu_count is not null or held.gpu_weight = 0)
                then 'capacity'
            when of_cluster.cluster_name is not null then 'cluster'
            else 'unknown'
        end as idle_source,
        {% for part, capacity in parts %}
        {{ money(
            'case idle_source when \'node\' then of_node.' ~ part ~ '_weight '
            ~ 'when \'capacity\' then greatest(0, nodes.seen_hours * nodes.' ~ capacity
            ~ ' * held.' ~ part ~ '_price - held.' ~ part ~ '_weight) '
            ~ 'when \'cluster\' then of_cluster.' ~ part
            ~ '_weight * nodes.cluster_share else 0 end'
        ) }} as {{ part }}_weight,
        {% endfor %}
        nodes.charge_date
    from nodes
    inner join held using (cluster_name, node_name, charge_date)
    left join tool_idle as of_node
        on
            nodes.cluster_name = of_node.cluster_name
            and nodes.node_name = of_node.node_name
            and nodes.charge_date = of_node.charge_date
    left join tool_idle as of_cluster
        on
            nodes.cluster_name = of_cluster.cluster_name
            and of_cluster.node_name is null
            and nodes.charge_date = of_cluster.charge_date

)

select * from judged
