with

scenarios as (

    select * from {{ ref('int_migration_scenarios_measured') }}

),

-- A machine whose parts are sold apart has no price of its own.
prices as (

    {% for model, basis in [
        ('int_on_demand_prices_monthly', "'bill'"), ('on_demand_prices', 'price_source'),
    ] %}
    select
        *,
        {{ basis }} as basis
    from {{ ref(model) }}
    qualify
        bool_and(lower(pricing_unit) = 'hours') over (
            partition by service_provider_name, instance_type
        )
    {% if not loop.last %}union all by name{% endif %}
    {% endfor %}

),

-- A quote comes first, then what our bills of the month list for it, then the list.
priced as (

    select
        scenarios.*,
        coalesce(scenarios.target_unit_price, prices.on_demand_unit_price)
            as unit_price,
        if(scenarios.target_unit_price is null, prices.basis, 'quote') as price_basis
    from scenarios
    left join prices
        on
            scenarios.target_provider_name = prices.service_provider_name
            and scenarios.target_instance_type = prices.instance_type
            and scenarios.billing_currency = prices.billing_currency
            and coalesce(scenarios.target_region_id = prices.region_id, true)
            and scenarios.billing_period_start
            = coalesce(prices.billing_period_start, scenarios.billing_period_start)
    qualify
        row_number() over (
            partition by scenarios.scenario_id, scenarios.billing_period_start
            order by
                prices.basis = 'bill' desc, prices.on_demand_unit_price asc,
                prices.basis asc
        ) = 1

),

-- Training takes fewer hours of a faster machine, serving whole machines in every hour.
sized as (

    select
        *,
        case
            when token_count > 0 then 'serving'
            when training_gpu_hours > 0 then 'training'
        end as work_kind,
        cast(relative_throughput as double) as throughput,
        coalesce(target_unit_count, ceil(round(unit_count / throughput, 9)))
            as target_units,
        {{ money(
            'machine_hours / '
            "if(work_kind = 'training', throughput, unit_count / target_units)"
        ) }} as target_machine_hours,
        {{ money('cast(target_machine_hours as double) * unit_price') }} as target_cost,
        coalesce(latency_limit_ms, latency_ms) as allowed_latency_ms,
        round(target_units * throughput, 9) < unit_count
        or coalesce(target_latency_ms > allowed_latency_ms, false) as is_slower,
        coalesce(work_kind = 'training', false)
        or target_latency_ms <= allowed_latency_ms as is_as_fast,
        {{ money('effective_cost - target_cost') }} as monthly_saving,
        {{ money('effective_cost - committed_cost - target_cost') }}
            as monthly_saving_under_commitment
    from priced

),

final as (

    select
        * exclude (
            target_unit_price, target_unit_count, unit_price, throughput, target_units,
            allowed_latency_ms, is_slower, is_as_fast
        ) replace (cast(commitment_months as bigint) as commitment_months),
        unit_price as target_unit_price,
        cast(target_units as bigint) as target_unit_count,
        {{ unit_cost('effective_cost', 'token_count', per=1000000) }}
            as cost_per_1m_tokens,
        {{ unit_cost('target_cost', 'token_count', per=1000000) }}
            as target_cost_per_1m_tokens,
        -- While a commitment is paid on, its money pays nothing back.
        {{ ratio(
            'coalesce(migration_cost, 0)',
            'greatest(monthly_saving_under_commitment, 0)'
        ) }} as break_even_months,
        {{ ratio('coalesce(migration_cost, 0)', 'greatest(monthly_saving, 0)') }}
            as break_even_months_after_commitment,
        {{ money('target_cost * commitment_months') }} as target_commitment_cost,
        case
            when machine_hours is null then 'no machines'
            when target_cost is null then 'no price'
            when is_slower then 'not the same performance'
            when is_as_fast is not true then 'performance not measured'
            when monthly_saving_under_commitment > 0 then 'saves'
            when monthly_saving > 0 then 'saves after the commitment'
            else 'saves nothing'
        end as finding,
        case
            when target_cost is null then null
            when committed_cost > 0 and monthly_saving_under_commitment <= 0
                then 'high: a commitment for the machines of now is paid on'
            when commitment_months > 0 then 'medium: the term is paid on without work'
            when price_basis = 'quote' then 'medium: the price is a quote, and no bill'
            when committed_cost > 0 then 'medium: a commitment pays for some of now'
            else 'low: nothing binds, and a bill or a public list has the price'
        end as risk,
        billing_period_start = max(billing_period_start) over () as is_latest_month
    from sized

)

select * from final
