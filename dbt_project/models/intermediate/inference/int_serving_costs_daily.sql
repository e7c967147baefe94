-- What each model server cost: its portion of its machine. What no server held is the
-- row `__idle__`, so the parts sum to the machine's cost. A machine of several bills lays
-- its energy on them by cost.
with

machines as (

    select * from {{ ref('int_serving_machines_daily') }}

),

shares as (

    select * from {{ ref('int_model_server_shares') }}

),

-- Servers that hold more than there is (two on one GPU) share what there is.
ordered as (

    select
        *,
        sum(held_hours) over (
            partition by source_name, node_name, charge_date
            order by model_id, workload_name, environment_name
        ) as running_hours,
        greatest(
            serving_hours,
            sum(held_hours) over (partition by source_name, node_name, charge_date)
        ) as whole_hours
    from shares

),

served as (

    select
        machines.source_name,
        machines.service_provider_name,
        machines.sub_account_id,
        machines.node_name,
        ordered.model_id,
        ordered.workload_name,
        ordered.environment_name,
        machines.billing_currency,
        {{ portion(
            'machines.billed_cost', 'ordered.running_hours', 'ordered.held_hours',
            'ordered.whole_hours'
        ) }} as billed_cost,
        {{ portion(
            'machines.effective_cost', 'ordered.running_hours', 'ordered.held_hours',
            'ordered.whole_hours'
        ) }} as effective_cost,
        ordered.busy_ratio,
        {{ money(
            'cast(ordered.energy_kwh as double) * cast(machines.effective_cost as double)'
            ~ ' / nullif(cast(sum(machines.effective_cost) over ('
            ~ 'partition by ordered.source_name, ordered.node_name, ordered.model_id, '
            ~ 'ordered.workload_name, ordered.environment_name, ordered.charge_date'
            ~ ') as double), 0)'
        ) }} as energy_kwh,
        machines.charge_date,
        machines.billing_period_start
    from machines
    inner join ordered
        on
            machines.source_name = ordered.source_name
            and machines.node_name = ordered.node_name
            and machines.charge_date = ordered.charge_date

),

taken as (

    select
        source_name,
        node_name,
        billing_currency,
        charge_date,
        billing_period_start,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost
    from served
    group by all

),

rest as (

    select
        machines.source_name,
        machines.service_provider_name,
        machines.sub_account_id,
        machines.node_name,
        'unassigned' as model_id,
        '__idle__' as workload_name,
        'unassigned' as environment_name,
        machines.billing_currency,
        machines.billed_cost - taken.billed_cost as billed_cost,
        machines.effective_cost - taken.effective_cost as effective_cost,
        0 as busy_ratio,
        cast(null as decimal(38, 12)) as energy_kwh,
        machines.charge_date,
        machines.billing_period_start
    from machines
    inner join taken using (
        source_name, node_name, billing_currency, charge_date, billing_period_start
    )

),

parts as (

    select * from served
    union all
    select * from rest
    where effective_cost != 0 or billed_cost != 0

)

select
    *,
    row_number() over (
        order by
            source_name, service_provider_name, sub_account_id, node_name, model_id,
            workload_name, environment_name, billing_currency, billed_cost,
            effective_cost, busy_ratio, energy_kwh, charge_date, billing_period_start
    ) as server_number
from parts
