-- Every forecast of a day that is closed by now, beside what the day cost: backtests by each
-- candidate, and vintages, which are what published versions expected.
with

costs as (

    select * from {{ ref('int_scope_costs_daily') }}
    -- What is estimated itself says nothing of how good a forecast was.
    where not is_estimated

),

candidates as (

    select * from {{ ref('int_forecast_candidates') }}

),

vintages as (

    select * from {{ ref('stg_landing__published_forecasts') }}

),

published as (

    select
        'backtest' as kind,
        series_id,
        model_name,
        as_of_date,
        forecast_date,
        horizon_days,
        {{ money('expected') }} as expected_cost,
        cast(null as decimal(38, 12)) as lower_80,
        cast(null as decimal(38, 12)) as upper_80,
        cast(null as decimal(38, 12)) as lower_90,
        cast(null as decimal(38, 12)) as upper_90
    from candidates

    union all

    select
        'vintage' as kind,
        md5(concat_ws('|', scope_type, scope_value, currency)) as series_id,
        model_name,
        as_of_date,
        forecast_date,
        horizon_days,
        expected_cost,
        lower_80,
        upper_80,
        lower_90,
        upper_90
    from vintages

),

naive as (

    select * from published
    where kind = 'backtest' and model_name = 'seasonal_naive'

),

-- Days that are not closed yet have no row in costs; they are scored when they are.
compared as (

    select
        published.*,
        costs.scope_type,
        costs.scope_value,
        costs.currency,
        -- Candidates forecast what comes daily; what was published has the rest, too.
        case published.kind
            when 'backtest' then costs.recurring_cost
            else costs.recurring_cost + costs.scheduled_cost
        end as actual_cost,
        published.expected_cost - actual_cost as error_cost,
        case
            when published.kind = 'backtest'
                then abs(naive.expected_cost - costs.recurring_cost)
        end as naive_absolute_error,
        case
            when published.horizon_days <= 7 then 1
            when published.horizon_days <= 14 then 2
            else 3
        end as horizon_band

    from published

    inner join costs
        on
            published.series_id = costs.series_id
            and published.forecast_date = costs.charge_date

    left join naive
        on
            published.series_id = naive.series_id
            and published.as_of_date = naive.as_of_date
            and published.forecast_date = naive.forecast_date

)

select * from compared
