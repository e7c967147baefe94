-- Workloads and the idle rest of a node, in an order, with the share of the node's cost
-- that each has. Under the policy `share` the idle rest has none, where there is a
-- workload to carry it.
with

workloads as (

    select * from {{ ref('int_kubernetes_workloads_daily') }}

),

idle as (

    select * from {{ ref('int_kubernetes_idle_daily') }}

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

parts as (

    select
        * exclude (source_name, ledger_node_name, usage_date),
        usage_date as charge_date,
        false as is_idle
    from workloads

    union all by name

    select
        * exclude (idle_source),
        '__idle__' as namespace,
        '__idle__' as controller_kind,
        '__idle__' as controller_name,
        true as is_idle
    from idle

),

weighed as (

    select
        parts.*,
        settings.kubernetes_idle as idle_policy,
        parts.cpu_weight + parts.memory_weight + parts.gpu_weight as weight
    from parts
    cross join settings

),

compared as (

    select
        *,
        sum(case when is_idle then 0 else weight end) over (
            partition by cluster_name, node_name, charge_date
        ) as held_weight
    from weighed

),

charged as (

    select
        *,
        case
            when is_idle and held_weight > 0 and idle_policy = 'share' then 0
            -- Where nothing weighs anything, all of the node is idle.
            when is_idle and held_weight = 0 then 1
            else weight
        end as charged_weight
    from compared

),

ordered as (

    select
        charged.*,
        idle.idle_source,
        sum(charged_weight) over (
            partition by charged.cluster_name, charged.node_name, charged.charge_date
            order by
                charged.is_idle,
                charged.namespace,
                charged.controller_kind,
                charged.controller_name
        ) as running_charged_weight,
        sum(charged_weight) over node_day as whole_charged_weight,
        sum(weight) over node_day as whole_weight
    from charged
    inner join idle using (cluster_name, node_name, charge_date)
    window node_day as (
        partition by charged.cluster_name, charged.node_name, charged.charge_date
    )

)

select * from ordered
