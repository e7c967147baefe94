-- Whether a closed day fell into the interval of the forecast. A published forecast had
-- its own; one of a backtest gets it from the other origins, never from the errors that
-- it is scored by.
with

errors as (

    select * from {{ ref('int_forecast_errors') }}

),

chosen as (

    select distinct
        series_id,
        model_name
    from {{ ref('int_forecast_models_selected') }}

),

tested as (

    select errors.* from errors
    inner join chosen using (series_id, model_name)
    where errors.kind = 'backtest'

),

origins as (

    select distinct
        series_id,
        horizon_band,
        as_of_date
    from tested

),

of_others as (

    select
        origins.series_id,
        origins.horizon_band,
        origins.as_of_date,
        {{ percentile('abs(others.error_cost)', 0.8, digits=6) }} as error_80,
        {{ percentile('abs(others.error_cost)', 0.9, digits=6) }} as error_90
    from origins
    inner join tested as others
        on
            origins.series_id = others.series_id
            and origins.horizon_band = others.horizon_band
            and origins.as_of_date != others.as_of_date
    group by all

),

judged as (

    select
        tested.kind,
        tested.series_id,
        tested.model_name,
        tested.as_of_date,
        tested.forecast_date,
        -- The error that is the percentile itself is within it: as it, rounded.
        round(abs(tested.error_cost), 6) <= of_others.error_80 as is_within_80,
        round(abs(tested.error_cost), 6) <= of_others.error_90 as is_within_90
    from tested
    inner join of_others using (series_id, horizon_band, as_of_date)

    union all

    select
        kind,
        series_id,
        model_name,
        as_of_date,
        forecast_date,
        actual_cost between lower_80 and upper_80 as is_within_80,
        actual_cost between lower_90 and upper_90 as is_within_90
    from errors
    where kind = 'vintage'

)

select * from judged
