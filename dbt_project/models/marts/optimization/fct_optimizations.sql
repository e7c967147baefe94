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
        case
            when is_measured and quantity_before > 0
                then {{ money(
                    'cast(cost_before as double) / quantity_before * quantity_after '
                    ~ '- cost_after'
                ) }}
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
        case when is_by_unit then driver_name when done_date is not null then 'day' end
            as unit_name,
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
        realized_saving,
        {{ ratio('realized_saving', 'promised_saving') }} as realized_ratio

    from valued

)

select * from final
