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
        sum(effective_cost) over in_month as month_cost,
        sum(undelivered_effective_cost) over in_month as month_undelivered_cost,
        {% for basis, cost in {'': 'cost', 'billed_': 'billed_cost'}.items() %}
        {% for days in [7, 28] %}
        cast(sum(recurring_{{ cost }}) over last_{{ days }} as double)
        / nullif(count(recurring_{{ cost }}) over last_{{ days }}, 0)
            as {{ basis }}mean_{{ days }},
        {% endfor %}
        -- Engines add up the squares in another order.
        case
            when count(*) over last_28 >= 7
                then round(
                    stddev_samp(cast(recurring_{{ cost }} as double)) over last_28, 6
                )
        end as {{ basis }}deviation_28,
        {% endfor %}
        count(*) over (partition by series_id order by charge_date) as day_count

    from costs

    cross join settings

    window
        in_month as (
            partition by series_id, date_trunc('month', charge_date)
            order by charge_date
        ),
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
