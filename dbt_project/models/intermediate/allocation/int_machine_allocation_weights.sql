-- Which share of a machine's charge is whose: runs that held it, then of what is left the
-- workloads of a Kubernetes node, or the models of a machine outside of one.
with

machine_charges as (

    select * from {{ ref('int_machine_charges') }}

),

training as (

    select * from {{ ref('int_training_machine_shares') }}

),

kubernetes_nodes as (

    select distinct
        source_name,
        ledger_node_name,
        cluster_name,
        node_name,
        charge_date
    from {{ ref('int_kubernetes_nodes_daily') }}

),

kubernetes as (

    select * from {{ ref('int_kubernetes_shares_daily') }}

),

servers as (

    select * from {{ ref('int_serving_costs_daily') }}

),

trained as (

    select
        delivery_id,
        source_row_number,
        source_row_part,
        'training_run' as allocation_method,
        project_name,
        run_name as workload_name,
        charge_share,
        billing_period_start
    from training

),

-- Most machines have nobody who says what ran on them.
telling_nodes as (

    select
        source_name,
        ledger_node_name as node_name
    from kubernetes_nodes

    union

    select
        source_name,
        node_name
    from servers

),

-- Charges with the share of each that no training run held.
untrained as (

    select
        machine_charges.source_name,
        machine_charges.delivery_id,
        machine_charges.source_row_number,
        machine_charges.source_row_part,
        machine_charges.node_name,
        machine_charges.charge_date,
        machine_charges.billing_period_start,
        1 - coalesce({{ exact_sum('training.charge_share') }}, 0) as free_share
    from machine_charges
    semi join telling_nodes
        on
            machine_charges.source_name = telling_nodes.source_name
            and machine_charges.node_name = telling_nodes.node_name
    left join training using (delivery_id, source_row_number, source_row_part)
    group by all

),

orchestrated as (

    select
        untrained.* exclude (node_name, charge_date, free_share),
        'kubernetes' as allocation_method,
        kubernetes.namespace,
        kubernetes.controller_name as workload_name,
        untrained.free_share * cast(kubernetes.charged_weight as double)
        / cast(kubernetes.whole_charged_weight as double) as charge_share
    from untrained
    inner join kubernetes_nodes
        on
            untrained.source_name = kubernetes_nodes.source_name
            and untrained.node_name = kubernetes_nodes.ledger_node_name
            and untrained.charge_date = kubernetes_nodes.charge_date
    inner join kubernetes
        on
            kubernetes_nodes.cluster_name = kubernetes.cluster_name
            and kubernetes_nodes.node_name = kubernetes.node_name
            and kubernetes_nodes.charge_date = kubernetes.charge_date

),

served as (

    select
        untrained.* exclude (node_name, charge_date, free_share),
        'model_server' as allocation_method,
        servers.model_id,
        servers.workload_name,
        servers.environment_name,
        untrained.free_share * cast(servers.effective_cost as double)
        / nullif(cast(sum(servers.effective_cost) over (
            partition by
                untrained.source_name,
                untrained.delivery_id,
                untrained.source_row_number,
                untrained.source_row_part
        ) as double), 0) as charge_share
    from untrained
    inner join servers using (source_name, node_name, charge_date)
    left join kubernetes_nodes
        on
            untrained.source_name = kubernetes_nodes.source_name
            and untrained.node_name = kubernetes_nodes.ledger_node_name
            and untrained.charge_date = kubernetes_nodes.charge_date
    where kubernetes_nodes.node_name is null

),

parts as (

    select * from trained
    union all by name
    select * from orchestrated
    union all by name
    select * from served

)

select * from parts
