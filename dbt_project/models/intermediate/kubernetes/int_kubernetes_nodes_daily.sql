-- What Kubernetes nodes cost: the bill of their machines. A node that is on no bill has no
-- cost, for what its tool makes of it is no money.
with

allocation as (

    select * from {{ ref('int_kubernetes_allocation_by_node') }}

),

machines as (

    select * from {{ ref('int_machines_daily') }}

),

windows as (

    select distinct
        source_name,
        ledger_node_name,
        cluster_name,
        coalesce(node_name, 'unassigned') as node_name,
        usage_date,
        window_start,
        window_end
    from allocation
    where allocation_kind = 'workload'

),

nodes as (

    select
        * exclude (window_start, window_end),
        {{ exact_sum(hours_between('window_start', 'window_end')) }} as seen_hours
    from windows
    group by all

),

billed as (

    select
        nodes.source_name,
        machines.sub_account_id,
        nodes.ledger_node_name,
        nodes.cluster_name,
        nodes.node_name,
        machines.billing_currency,
        machines.vcpu_count,
        machines.memory_gib,
        machines.gpu_count,
        coalesce(least(machines.machine_hours, nodes.seen_hours), nodes.seen_hours)
            as seen_hours,
        machines.billed_cost,
        machines.effective_cost,
        coalesce(machines.is_main_bill, true) as is_main_bill,
        nodes.usage_date as charge_date,
        coalesce(
            machines.billing_period_start,
            cast(date_trunc('month', nodes.usage_date) as timestamp)
        ) as billing_period_start
    from nodes
    left join machines
        on
            nodes.source_name = machines.source_name
            and nodes.ledger_node_name = machines.node_name
            and nodes.usage_date = machines.charge_date

)

select * from billed
