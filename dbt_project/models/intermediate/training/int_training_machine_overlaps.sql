-- Which attempts were on which machine charge, from when until when, and with how many of
-- the machine's GPUs.
with

node_charges as (

    select
        *,
        {{ hours_between('charge_period_start', 'charge_period_end') }} as charge_hours
    from {{ ref('int_node_charges') }}
    where charge_period_end > charge_period_start

),

attempts as (

    select * from {{ ref('int_training_attempts') }}

),

attempt_machines as (

    select
        attempts.*,
        unnest(attempts.node_names) as node_name,
        cast(null as varchar) as job_resource_id,
        attempts.gpu_count / (
            len(attempts.node_names) + coalesce(len(attempts.resource_ids), 0)
        ) as gpus_on_node
    from attempts

    union all by name

    select
        attempts.*,
        cast(null as varchar) as node_name,
        unnest(attempts.resource_ids) as job_resource_id,
        attempts.gpu_count / (
            len(attempts.resource_ids) + coalesce(len(attempts.node_names), 0)
        ) as gpus_on_node
    from attempts

),

overlapping as (

    select
        node_charges.delivery_id,
        node_charges.source_row_number,
        node_charges.source_row_part,
        attempt_machines.attempt_id,
        attempt_machines.run_id,
        attempt_machines.run_name,
        attempt_machines.experiment_name,
        attempt_machines.project_name,
        attempt_machines.productive_until,
        greatest(node_charges.charge_period_start, attempt_machines.started_at)
            as held_from,
        least(node_charges.charge_period_end, attempt_machines.ended_at) as held_until,
        attempt_machines.gpus_on_node,
        case
            when node_charges.gpu_count > 0 and attempt_machines.gpus_on_node > 0
                then least(1, attempt_machines.gpus_on_node / node_charges.gpu_count)
            else 1
        end as gpu_share,
        node_charges.is_machine_time,
        node_charges.gpu_hours,
        node_charges.machine_hours,
        node_charges.charge_hours,
        node_charges.billing_period_start

    from node_charges

    inner join attempt_machines
        on
            (
                node_charges.node_name = attempt_machines.node_name
                or lower(node_charges.resource_id)
                = lower(attempt_machines.job_resource_id)
            )
            and node_charges.charge_period_start < attempt_machines.ended_at
            and node_charges.charge_period_end > attempt_machines.started_at

)

select * from overlapping
