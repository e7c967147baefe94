-- The candidate of each series that was nearest in the backtests, and how far it was off: by
-- its days, and as much by their sum, because a month and a budget are sums. A series that
-- rests (it has the candidate quarter_average) is judged by the sum alone, squared: on most
-- of its days the forecast that knows no burst is nearest, and its month is short by all of
-- them; a week that is all burst, or none, is no forecast of it. An origin weighs four fifths of the next one, five days later: what no candidate could
-- foresee two months ago does not choose today's. A candidate must be nearer than `combined`
-- by a twentieth: docs/bench.md says what that is worth on series that nobody invented. The
-- intervals weigh all trials alike: the error that eight and nine of ten days stayed within,
-- by how far ahead they were. A forecast further ahead is never told to be surer.
with

errors as (select * from {{ ref('int_forecast_errors') }}),

origins as (

    select
        series_id,
        model_name,
        as_of_date,
        power(
            0.8, (max(as_of_date) over (partition by series_id) - as_of_date) / 5
        ) as weight,
        cast(sum(abs(error_cost)) as double) as days_error,
        cast(abs(sum(error_cost)) as double) as sum_error,
        bool_or(model_name = 'quarter_average') over (partition by series_id) as rests
    from errors
    where kind = 'backtest'
    group by series_id, model_name, as_of_date

),

totals as (

    select
        series_id,
        model_name,
        round(
            case
                when bool_or(rests)
                    then sqrt({{ exact_sum('weight * sum_error * sum_error') }})
                else {{ exact_sum('weight * (days_error + sum_error)') }}
            end * case when model_name = 'combined' then 1 else 1.05 end,
            6
        ) as error
    from origins
    where not (rests and model_name in ('seasonal_naive', 'window_average'))
    group by series_id, model_name

),

-- Between equals the simpler one, which the alphabet would not find.
ranked as (

    select
        *,
        row_number() over (
            partition by series_id
            order by
                error,
                list_position(
                    [
                        'seasonal_naive', 'window_average', 'weekday_average',
                        'long_average', 'quarter_average'
                    ],
                    model_name
                ) nulls last,
                model_name
        ) as place
    from totals

),

chosen as (

    select
        series_id,
        model_name
    from ranked
    where place = 1

),

summed as (

    select
        *,
        -- How far the sum of the days up to this one was off, per day of it.
        -sum(error_cost) over (
            partition by series_id, as_of_date
            order by horizon_days
        ) / horizon_days as short_per_day
    from errors
    inner join chosen using (series_id, model_name)
    where kind = 'backtest'

),

by_band as (

    select
        series_id,
        model_name,
        horizon_band,
        {{ percentile('abs(error_cost)', 0.8, digits=6) }} as error_80,
        {{ percentile('abs(error_cost)', 0.9, digits=6) }} as error_90,
        {{ percentile('short_per_day', 0.9, digits=6) }} as short_per_day_90
    from summed
    group by all

),

widened as (

    select
        series_id,
        model_name,
        horizon_band,
        max(by_band.error_80) over nearer as error_80,
        max(by_band.error_90) over nearer as error_90,
        greatest(short_per_day_90, 0) as short_per_day_90
    from by_band
    window nearer as (partition by series_id order by horizon_band)

)

select * from widened
