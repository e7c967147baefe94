-- How much memory a Kubernetes node has, and what of it workloads asked for and used, over
-- the hours that the cluster tells of.
with

nodes as (

    select * from {{ ref('int_kubernetes_nodes_daily') }}
    where is_main_bill

),

shares as (

    select * from {{ ref('int_kubernetes_shares_daily') }}
    where not is_idle

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
        sum(nodes.memory_gib * nodes.seen_hours) as capacity_gib_hours,
        sum(used.requested_gib_hours) as requested_gib_hours,
        case
            when count(used.used_gib_hours) = count(*) then sum(used.used_gib_hours)
        end as used_gib_hours,
        quantile_cont(
            cast(used.used_gib_hours / nullif(nodes.seen_hours, 0) as double), 0.95
        ) as used_gib_p95,
        nodes.billing_period_start
    from nodes
    inner join used using (cluster_name, node_name, charge_date)
    group by all

),

needed as (

    select
        summed_to_month.*,
        used_gib_p95 / cast(settings.target_utilization as double) as needed_gib
    from summed_to_month
    cross join settings

)

select * from needed
