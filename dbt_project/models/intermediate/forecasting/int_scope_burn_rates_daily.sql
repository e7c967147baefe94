-- What a scope had spent of its month on each day, and how it went on then: only days up to
-- that one are looked at, so each row is what was known on its day.
with

costs as (

    select * from {{ ref('int_scope_costs_daily') }}

),

settings as (

    select forecast_least_days from {{ ref('stg_landing__settings') }}

),

looked_back as (

    select
        series_id,
        scope_type,
        scope_value,
        currency,
        charge_date as known_date,
        as_of_date,
        settings.forecast_least_days as least_day_count,
        sum(effective_cost) over (
            partition by series_id, date_trunc('month', charge_date)
            order by charge_date
        ) as month_cost,
        avg(cast(recurring_cost as double)) over last_7 as mean_7,
        avg(cast(recurring_cost as double)) over last_28 as mean_28,
        case
            when count(*) over last_28 >= 7
                then stddev_samp(cast(recurring_cost as double)) over last_28
        end as deviation_28,
        count(*) over (partition by series_id order by charge_date) as day_count

    from costs

    cross join settings

    window
        last_7 as (
            partition by series_id
            order by charge_date
            rows between 6 preceding and current row
        ),
        last_28 as (
            partition by series_id
            order by charge_date
            rows between 27 preceding and current row
        )

)

select * from looked_back
