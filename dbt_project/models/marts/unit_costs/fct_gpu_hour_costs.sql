with

gpu_hours as (

    select * from {{ ref('int_gpu_hours_daily') }}

),

-- Each hour of the bill is busy, held without work, held by nobody, or unknown.
parted as (

    select
        *,
        case
            when known_gpu_hours = available_gpu_hours then effective_cost
            else {{ money('hour_cost * known_gpu_hours') }}
        end as known_cost,
        {{ money('hour_cost * allocated_gpu_hours') }} as allocated_cost,
        {{ money('hour_cost * busy_gpu_hours') }} as busy_cost

    from (
        select
            *,
            cast(effective_cost as double) / available_gpu_hours as hour_cost
        from gpu_hours
    ) as priced

),

final as (

    select
        source_name,
        service_provider_name,
        sub_account_id,
        node_name,
        resource_id,
        resource_name,
        instance_type,
        allocation_source,
        busy_signal,
        billing_currency,
        cast(gpu_count as bigint) as gpu_count,
        {{ money('machine_hours') }} as machine_hours,
        {{ money('available_gpu_hours') }} as available_gpu_hours,
        {{ money('observed_gpu_hours') }} as observed_gpu_hours,
        {{ ratio('observed_gpu_hours', 'available_gpu_hours') }} as observed_ratio,
        {{ money('allocated_gpu_hours') }} as allocated_gpu_hours,
        {{ money('busy_gpu_hours') }} as busy_gpu_hours,
        {{ money('energy_kwh') }} as gpu_energy_kwh,
        {{ money('billed_cost') }} as billed_cost,
        {{ money('effective_cost') }} as effective_cost,
        known_cost,
        allocated_cost,
        busy_cost,
        allocated_cost - busy_cost as wasted_cost,
        known_cost - allocated_cost as idle_cost,
        case
            when allocated_cost is not null then effective_cost - known_cost
            else effective_cost - coalesce(busy_cost, 0)
        end as unknown_cost,
        {{ money('energy_cost') }} as energy_cost,
        {{ money('coalesce(committed_cost, 0)') }} as committed_cost,
        {{ money('coalesce(on_demand_cost, 0)') }} as on_demand_cost,
        {{ unit_cost('effective_cost', 'available_gpu_hours') }}
            as cost_per_available_gpu_hour,
        {{ unit_cost('known_cost', 'allocated_gpu_hours') }}
            as cost_per_allocated_gpu_hour,
        {{ unit_cost('known_cost', 'busy_gpu_hours') }} as cost_per_busy_gpu_hour,
        charge_date,
        billing_period_start

    from parted

)

select * from final
