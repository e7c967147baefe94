with

errors as (

    select * from {{ ref('int_forecast_errors') }}

),

coverage as (

    select * from {{ ref('int_forecast_coverage') }}

),

chosen as (

    select distinct
        series_id,
        model_name,
        true as is_chosen
    from {{ ref('int_forecast_models_selected') }}

),

horizons as (

    select unnest([1, 7, 30]) as horizon_days

),

summed as (

    select
        errors.kind,
        errors.scope_type,
        errors.scope_value,
        errors.currency,
        errors.model_name,
        horizons.horizon_days,
        coalesce(bool_or(chosen.is_chosen), false) as is_chosen,
        count(*) as day_count,
        sum(errors.expected_cost) as expected_cost,
        sum(errors.actual_cost) as actual_cost,
        sum(abs(errors.error_cost)) as absolute_error,
        -- A sum of doubles depends on the order in which threads come by.
        sum(cast(
            abs(cast(errors.error_cost as double) / nullif(errors.actual_cost, 0))
            as decimal(38, 18)
        )) as percentage_error_sum,
        count(*) filter (where errors.actual_cost = 0) as skipped_day_count,
        sum(errors.naive_absolute_error) as naive_absolute_error,
        count(coverage.is_within_80) as interval_day_count,
        count(*) filter (where coverage.is_within_80) as within_80_day_count,
        count(*) filter (where coverage.is_within_90) as within_90_day_count

    from errors

    inner join horizons on errors.horizon_days <= horizons.horizon_days

    left join coverage
        using (kind, series_id, model_name, as_of_date, forecast_date)

    left join chosen using (series_id, model_name)

    group by all

),

final as (

    select
        kind,
        scope_type,
        scope_value,
        currency,
        model_name,
        is_chosen,
        cast(horizon_days as integer) as horizon_days,
        day_count,
        {{ money('expected_cost') }} as expected_cost,
        {{ money('actual_cost') }} as actual_cost,
        {{ ratio('expected_cost - actual_cost', 'expected_cost') }} as bias_ratio,
        {{ money('absolute_error') }} as absolute_error_cost,
        {{ ratio('absolute_error', 'actual_cost') }} as wape,
        {{ money('percentage_error_sum') }} as percentage_error_sum,
        skipped_day_count,
        {{ ratio('percentage_error_sum', 'day_count - skipped_day_count') }} as mape,
        interval_day_count,
        within_80_day_count,
        within_90_day_count,
        {{ ratio('within_80_day_count', 'interval_day_count') }} as coverage_80,
        {{ ratio('within_90_day_count', 'interval_day_count') }} as coverage_90,
        {{ money('naive_absolute_error') }} as naive_absolute_error_cost,
        {{ ratio('naive_absolute_error - absolute_error', 'naive_absolute_error') }}
            as skill_ratio

    from summed

)

select * from final
