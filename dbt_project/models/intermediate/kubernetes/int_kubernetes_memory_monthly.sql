-- How much memory a Kubernetes node has, and what of it workloads asked for and used, over
-- the hours that the cluster tells of. How much would do is a matter of the most that was
-- used at once: a nightly job of 2 hours with 180 GiB is 15 GiB on the day's average.
with

nodes as (

    select * from {{ ref('int_kubernetes_nodes_daily') }}
    where is_main_bill

),

shares as (

    select * from {{ ref('int_kubernetes_shares_daily') }}
    where not is_idle

),

allocation as (

    select * from {{ ref('int_kubernetes_allocation_by_node') }}
    where allocation_kind = 'workload'

),

-- Of pods on a node nobody knows whether they used most at the same moment; if they did,
-- the node needs the sum.
windows as (

    select
        cluster_name,
        coalesce(node_name, 'unassigned') as node_name,
        date_trunc('month', usage_date) as usage_month,
        window_start,
        sum(memory_used_max_gib) as used_gib,
        count(memory_used_max_gib) = count(*) as is_known
    from allocation
    group by all

),

most as (

    select
        cluster_name,
        node_name,
        usage_month,
        case when bool_and(is_known) then max(used_gib) end as used_gib_max
    from windows
    group by all

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

-- A workload whose use nobody measured leaves the node's use unknown.
used as (

    select
        cluster_name,
        node_name,
        charge_date,
        sum(memory_requested_gib_hours) as requested_gib_hours,
        case
            when count(memory_used_gib_hours) = count(*) then sum(memory_used_gib_hours)
        end as used_gib_hours
    from shares
    group by all

),

summed_to_month as (

    select
        nodes.source_name,
        nodes.sub_account_id,
        nodes.cluster_name,
        nodes.node_name,
        nodes.billing_currency,
        max(nodes.vcpu_count) as vcpu_count,
        max(nodes.memory_gib) as memory_gib,
        {{ exact_sum('nodes.memory_gib * nodes.seen_hours') }} as capacity_gib_hours,
        sum(used.requested_gib_hours) as requested_gib_hours,
        case
            when count(used.used_gib_hours) = count(*) then sum(used.used_gib_hours)
        end as used_gib_hours,
        {{ percentile('used.used_gib_hours / nullif(nodes.seen_hours, 0)', 0.95) }}
            as used_gib_p95,
        date_trunc('month', nodes.charge_date) as usage_month,
        nodes.billing_period_start
    from nodes
    inner join used using (cluster_name, node_name, charge_date)
    group by all

),

needed as (

    select
        summed_to_month.*,
        most.used_gib_max,
        cast(most.used_gib_max as double)
        / cast(settings.target_utilization as double) as needed_gib
    from summed_to_month
    cross join settings
    left join most
        on
            summed_to_month.cluster_name = most.cluster_name
            and summed_to_month.node_name = most.node_name
            and summed_to_month.usage_month = most.usage_month

)

select * from needed
