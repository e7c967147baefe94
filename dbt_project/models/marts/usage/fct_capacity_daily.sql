{%- set grain = [
    'source_name', 'sub_account_id', 'instance_type', 'billing_currency', 'charge_date',
    'billing_period_start',
] %}
with

charges as (

    select * replace (coalesce(instance_type, 'unassigned') as instance_type)
    from {{ ref('int_machine_hour_charges') }}

),

hours as (

    select * from {{ ref('int_machines_hourly') }}

),

demand as (

    select * from {{ ref('int_gpu_demand_hourly') }}

),

costs as (

    select
        {{ grain | join(', ') }},
        max(service_provider_name) as service_provider_name,
        sum(machine_hours) as machine_hours,
        sum(effective_cost) as effective_cost,
        coalesce(bool_or(pricing_category = 'Committed'), false) as is_committed
    from charges
    group by all

),

prices as (

    select * from {{ ref('int_machine_prices_monthly') }}

),

-- More machines than a commitment pays for are bought on demand: at what was paid for it in
-- the month, else at the bill's list, else, where nothing was committed, at the day's mean.
priced as (

    select
        costs.*,
        coalesce(
            cast(prices.price_per_hour as double),
            cast(prices.list_price_per_hour as double),
            case
                when not costs.is_committed
                    then cast(costs.effective_cost as double) / costs.machine_hours
            end
        ) as on_demand_price
    from costs
    left join prices
        using (source_name, instance_type, billing_currency, billing_period_start)

),

peaks as (

    select
        {{ grain | join(', ') }},
        case when bool_and(is_known) then max(machines) end as peak_machines
    from hours
    group by all

),

-- Of machines without telemetry nobody knows how bursty their work is.
machines as (

    select distinct
        {{ grain | join(', ') }},
        node_name
    from charges

),

busy as (

    select
        {% for name in grain -%}
        machines.{{ name }},
        {% endfor -%}
        demand.window_start,
        sum(demand.busy_gpus) as busy_gpus
    from machines
    inner join demand
        on
            machines.source_name = demand.source_name
            and machines.node_name = demand.node_name
            and machines.charge_date = cast(demand.window_start as date)
    group by all

),

bursts as (

    select
        {{ grain | join(', ') }},
        max(busy_gpus) as peak_busy_gpus,
        cast(sum(busy_gpus) as double) / nullif(count(busy_gpus), 0) as mean_busy_gpus
    from busy
    group by all

),

final as (

    select
        costs.source_name,
        costs.service_provider_name,
        costs.sub_account_id,
        costs.instance_type,
        costs.billing_currency,
        {{ money('costs.machine_hours') }} as machine_hours,
        {{ money('peaks.peak_machines') }} as peak_machines,
        {{ money('costs.effective_cost') }} as effective_cost,
        {{ money(
            'cast(costs.effective_cost as double) + costs.on_demand_price '
            ~ '* (peaks.peak_machines * 24 - costs.machine_hours)'
        ) }} as peak_capacity_cost,
        {{ ratio('peak_capacity_cost', 'costs.effective_cost') }}
            as autoscaling_efficiency_ratio,
        {{ money('bursts.peak_busy_gpus') }} as peak_busy_gpus,
        {{ money('bursts.mean_busy_gpus') }} as mean_busy_gpus,
        {{ ratio('peak_busy_gpus', 'mean_busy_gpus') }} as burst_index,
        costs.charge_date,
        costs.billing_period_start
    from priced as costs
    left join peaks using ({{ grain | join(', ') }})
    left join bursts using ({{ grain | join(', ') }})

)

select * from final
