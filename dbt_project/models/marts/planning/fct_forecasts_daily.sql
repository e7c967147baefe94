{%- set levels = [80, 90] %}
with

candidates as (

    select * from {{ ref('int_forecast_candidates') }}

),

chosen as (

    select * from {{ ref('int_forecast_models_selected') }}

),

drivers as (

    select distinct
        series_id,
        driver_name
    from {{ ref('int_scope_drivers_daily') }}

),

series as (

    select
        series_id,
        scope_type,
        scope_value,
        currency,
        as_of_date,
        min(recurring_cost) < 0 as has_credits
    from {{ ref('int_scope_costs_daily') }}
    group by all

),

-- Earlier origins are backtests: fct_forecast_accuracy has them.
forecasts as (

    select
        series.*,
        candidates.model_name,
        candidates.forecast_date,
        candidates.horizon_days,
        candidates.expected,
        candidates.driver_quantity,
        candidates.driver_unit_cost,
        chosen.error_80,
        chosen.error_90,
        sum(candidates.expected) over to_date as expected_to_date,
        chosen.short_per_day_90 * candidates.horizon_days as short_to_date

    from candidates

    inner join series using (series_id, as_of_date)

    inner join chosen
        on
            candidates.series_id = chosen.series_id
            and candidates.model_name = chosen.model_name
            and chosen.horizon_band = case
                when candidates.horizon_days <= 7 then 1
                when candidates.horizon_days <= 14 then 2
                else 3
            end

    window
        to_date as (partition by candidates.series_id order by candidates.horizon_days)

),

final as (

    select
        forecasts.scope_type,
        forecasts.scope_value,
        forecasts.currency,
        forecasts.model_name,
        {{ money('forecasts.expected') }} as expected_cost,
        {% for level in levels %}
        {{ money(
            'case when forecasts.has_credits then forecasts.expected - forecasts.error_'
            ~ level ~
            ' else greatest(forecasts.expected - forecasts.error_' ~ level ~ ', 0) end'
        ) }} as lower_{{ level }},
        {{ money('forecasts.expected + forecasts.error_' ~ level) }}
            as upper_{{ level }},
        {% endfor %}
        {{ money('forecasts.expected_to_date') }} as expected_to_date_cost,
        {{ money('forecasts.expected_to_date + forecasts.short_to_date') }}
            as upper_90_to_date_cost,
        case when forecasts.driver_quantity is not null then drivers.driver_name end
            as driver_name,
        {{ money('forecasts.driver_quantity') }} as driver_quantity,
        {{ money('forecasts.driver_unit_cost') }} as driver_unit_cost,
        forecasts.horizon_days,
        forecasts.forecast_date,
        forecasts.as_of_date

    from forecasts

    left join drivers on forecasts.series_id = drivers.series_id

)

select * from final
