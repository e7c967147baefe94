-- What each self-hosted model cost in a month and how many GPU hours it had, on
-- the allocation basis: with its part of what no server of its machine held, so that the
-- rows sum to the machines. Hours divide as the cost does.
{%- set node_day = [
    'source_name', 'node_name', 'billing_currency', 'charge_date',
    'billing_period_start',
] %}
with

servers as (

    select * from {{ ref('int_serving_costs_daily') }}

),

machines as (

    select * from {{ ref('int_serving_machines_daily') }}

),

gpu_machines as (

    select * from {{ ref('int_gpu_needs_monthly') }}

),

types as (

    select * from {{ ref('instance_types') }}

),

divided as (

    select
        servers.*,
        machines.serving_hours,
        sum(servers.effective_cost) over (
            partition by
                servers.source_name, servers.node_name, servers.charge_date
        ) as machine_cost,
        sum(servers.effective_cost) filter (servers.workload_name = '__idle__') over (
            partition by servers.{{ node_day | join(', servers.') }}
        ) as unheld_cost,
        sum(servers.effective_cost) over (
            partition by servers.{{ node_day | join(', servers.') }}
        ) - coalesce(unheld_cost, 0) as held_cost
    from servers
    inner join machines using ({{ node_day | join(', ') }})

),

-- A machine of which no server held anything has nobody to carry it.
carried as (

    select
        *,
        cast(effective_cost as double) as own_cost,
        own_cost + coalesce(
            own_cost * coalesce(unheld_cost, 0) / nullif(held_cost, 0), 0
        ) as full_cost,
        coalesce(serving_hours / nullif(cast(machine_cost as double), 0), 0)
            as hours_per_cost
    from divided
    where workload_name != '__idle__'

),

described as (

    select
        carried.*,
        coalesce(types.gpu_name, gpu_machines.gpu_model) as gpu_name,
        gpu_machines.gpu_count
    from carried
    left join gpu_machines
        using (source_name, node_name, billing_currency, billing_period_start)
    left join types
        on
            gpu_machines.service_provider_name = types.service_provider_name
            and gpu_machines.instance_type = types.instance_type

),

summed_to_month as (

    select
        source_name,
        service_provider_name,
        sub_account_id,
        model_id,
        billing_currency,
        {{ of_largest('gpu_name', 'full_cost') }} as gpu_name,
        max(gpu_count) as gpu_count,
        sum({{ money('full_cost') }}) as effective_cost,
        sum({{ money('full_cost * hours_per_cost') }}) as gpu_hours,
        case
            when count(busy_ratio) = count(*)
                then sum({{ money('own_cost * hours_per_cost * busy_ratio') }})
        end as busy_gpu_hours,
        billing_period_start
    from described
    group by all

)

select * from summed_to_month
