{%- set levels = [80, 90] %}
with

expected as (

    select * from {{ ref('int_scope_costs_expected') }}
    where model_name is not null

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

credits as (

    select
        series_id,
        min(recurring_cost) < 0 as has_credits
    from {{ ref('int_scope_costs_daily') }}
    group by all

),

joined as (

    select
        expected.*,
        credits.has_credits,
        cast(expected.daily_cost + expected.scheduled_cost as double) as expected_cost,
        chosen.error_80,
        chosen.error_90,
        chosen.short_per_day_90 * expected.horizon_days as short_to_date

    from expected

    inner join credits on expected.series_id = credits.series_id

    inner join chosen
        on
            expected.series_id = chosen.series_id
            and expected.model_name = chosen.model_name
            and chosen.horizon_band = case
                when expected.horizon_days <= 7 then 1
                when expected.horizon_days <= 14 then 2
                else 3
            end

),

-- What a sum of more days passes once in ten times is no less than that of fewer, even
-- where trials of more days were short by less a day.
summed as (

    select
        *,
        sum({{ money('expected_cost') }}) over to_date as expected_to_date,
        max(short_to_date) over to_date as widest_to_date
    from joined
    window to_date as (partition by series_id order by horizon_days)

),

forecasts as (

    select
        *,
        max(expected_to_date + widest_to_date) over (
            partition by series_id order by horizon_days
        ) as upper_to_date
    from summed

),

final as (

    select
        forecasts.scope_type,
        forecasts.scope_value,
        forecasts.currency,
        forecasts.model_name,
        {{ money('forecasts.expected_cost') }} as expected_cost,
        {% for level in levels %}
        {{ money(
            'case when forecasts.has_credits then forecasts.expected_cost - forecasts.error_'
            ~ level ~ ' else greatest(forecasts.expected_cost - forecasts.error_'
            ~ level ~ ', 0) end'
        ) }} as lower_{{ level }},
        {{ money('forecasts.expected_cost + forecasts.error_' ~ level) }}
            as upper_{{ level }},
        {% endfor %}
        {{ money('forecasts.expected_to_date') }} as expected_to_date_cost,
        {{ money('forecasts.upper_to_date') }}
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
