-- What machines cost while they could serve models: the cost of the day without what
-- training attempts held of it, so that no hour is both.
with

machines as (

    select * from {{ ref('int_machines_daily') }}

),

servers as (

    select distinct
        source_name,
        node_name,
        charge_date
    from {{ ref('int_model_servers_daily') }}

),

served as (

    select
        machines.source_name,
        machines.service_provider_name,
        machines.sub_account_id,
        machines.node_name,
        machines.billing_currency,
        machines.billed_cost - machines.training_billed_cost as billed_cost,
        machines.effective_cost - machines.training_cost as effective_cost,
        machines.charge_date,
        machines.billing_period_start,
        -- Machines without GPUs are counted in hours of their own.
        {{ money('greatest(0, ' ~ exact_sum(
            'case when machines.gpu_hours > 0 '
            ~ 'then machines.gpu_hours - coalesce(machines.training_gpu_hours, 0) '
            ~ 'else machines.machine_hours end', 'over machine_day'
        ) ~ ')') }} as serving_hours,
        sum(machines.machine_hours) over machine_day as up_hours,
        max(case when machines.gpu_hours > 0 then machines.gpu_count else 0 end)
            over machine_day as gpu_count
    from machines
    semi join servers
        on
            machines.source_name = servers.source_name
            and machines.node_name = servers.node_name
            and machines.charge_date = servers.charge_date
    window machine_day as (
        partition by machines.source_name, machines.node_name, machines.charge_date
    )

)

select * from served
