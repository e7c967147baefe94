with

measured as (

    select * from {{ ref('int_optimizations_measured') }}

),

valued as (

    select
        *,
        {{ money(
            'cast(promised_monthly_saving as double) * 12 / 365 * days_after'
        ) }} as promised_saving,
        {{ money(
            'cast(cost_before as double) / nullif(quantity_before, 0) * quantity_after '
            ~ '- cost_after'
        ) }} as saving_at_any_mix,
        case
            when not is_measured or is_moved then null
            when unit_name = 'day' then saving_at_any_mix
            when unit_name is not null then cost_at_earlier_prices - compared_cost_after
        end as realized_saving
    from measured

),

final as (

    select
        optimization_id,
        opportunity_id,
        change,
        optimization_type,
        scope_type,
        scope_value,
        owner_team,
        state,
        valid_from as state_date,
        done_date,
        currency,
        unit_name,
        cast(coalesce(days_before, 0) as bigint) as days_before,
        cast(coalesce(days_after, 0) as bigint) as days_after,
        {{ money('quantity_before') }} as quantity_before,
        {{ money('quantity_after') }} as quantity_after,
        {{ money('cost_before') }} as cost_before,
        {{ money('cost_after') }} as cost_after,
        {{ unit_cost('cost_before', 'quantity_before') }} as cost_per_unit_before,
        {{ unit_cost('cost_after', 'quantity_after') }} as cost_per_unit_after,
        {{ money('promised_monthly_saving') }} as promised_monthly_saving,
        promised_saving,
        {{ money('realized_saving') }} as realized_saving,
        {{ money(
            "case when unit_name != 'day' then saving_at_any_mix - realized_saving end"
        ) }} as mix_effect_cost,
        {{ money(
            "case when unit_name != 'day' then cost_after - compared_cost_after end"
        ) }} as uncompared_cost,
        case
            when done_date is null then 'not done'
            when not coalesce(is_measured, false) then 'fewer than 7 days'
            when unit_name is null then 'no unit'
            when is_moved then 'moves its unit'
            else 'measured'
        end as measured_status,
        {{ ratio('realized_saving', 'promised_saving') }} as realized_ratio

    from valued

)

select * from final
