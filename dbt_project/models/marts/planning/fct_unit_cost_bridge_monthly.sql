with

effects as (

    select * from {{ ref('int_unit_cost_effects') }}

),

-- All costs of a currency at the rate of the month before; what is left is exchange.
at_one_rate as (

    select
        *,
        sum(previous_reporting_effective_cost) over (
            partition by billing_currency, billing_period_start
        ) / nullif(cast(sum(previous_effective_cost) over (
            partition by billing_currency, billing_period_start
        ) as double), 0) as previous_rate
    from effects

),

final as (

    select
        unit_name,
        source_name,
        service_provider_name,
        sub_account_id,
        model_id,
        sku_meter,
        processing_tier,
        instance_type,
        case
            when previous_units = 0 and units = 0 then 'unmeasured'
            when previous_units = 0 then 'new'
            when units = 0 then 'retired'
            else 'continued'
        end as item_status,
        billing_currency,
        {{ money('previous_units') }} as previous_quantity,
        {{ money('units') }} as quantity,
        {{ money('previous_request_count') }} as previous_request_count,
        {{ money('request_count') }} as request_count,
        {{ money('previous_known_price') }} as previous_cost_per_unit,
        {{ money('known_price') }} as cost_per_unit,
        {{ money('previous_effective_cost') }} as previous_effective_cost,
        {{ money('effective_cost') }} as effective_cost,
        cost_change,
        price_effect,
        list_price_effect,
        contract_effect,
        {{ money(
            "case when is_listed and unit_name = 'GPU hour'"
            ~ ' then price_effect - list_price_effect - contract_effect else 0 end'
        ) }} as commitment_effect,
        {{ money(
            "case when is_listed and unit_name = 'GPU hour' then 0"
            ~ ' else price_effect - list_price_effect - contract_effect end'
        ) }} as other_price_effect,
        volume_effect,
        efficiency_effect,
        mix_effect,
        unmeasured_effect,
        {{ money(
            'cost_change - price_effect - volume_effect - efficiency_effect'
            ~ ' - mix_effect - unmeasured_effect'
        ) }} as residual,
        {{ money('units / nullif(scope_units, 0) * (price - previous_price)') }}
            as unit_price_effect,
        {{ money(
            '(units / nullif(scope_units, 0)'
            ~ ' - previous_units / nullif(previous_scope_units, 0)) * previous_price'
        ) }} as unit_mix_effect,
        reporting_currency,
        {{ money(
            'reporting_effective_cost - previous_reporting_effective_cost'
        ) }} as reporting_cost_change,
        {{ money(
            'reporting_effective_cost - previous_reporting_effective_cost'
            ~ ' - coalesce(previous_rate, 1) * cost_change'
        ) }} as fx_effect,
        billing_period_start
    from at_one_rate

)

select * from final
