-- The month that is open on the day after the last closed one: from its first day on.
with

rates as (

    select * from {{ ref('int_scope_burn_rates_daily') }}
    where known_date = as_of_date

),

forecasts as (

    select * from {{ ref('fct_forecasts_daily') }}

),

opened as (

    select
        *,
        cast(date_trunc('month', as_of_date + 1) as date) as month,
        last_day(as_of_date + 1) as month_end,
        cast(last_day(as_of_date + 1) - as_of_date as integer) as days_left,
        -- On the last day of a month the next one is open, and nothing of it is spent.
        case
            when date_trunc('month', as_of_date + 1) = date_trunc('month', as_of_date)
                then month_cost
            else 0
        end as spent
    from rates

),

projected as (

    select
        opened.*,
        forecasts.model_name,
        coalesce(
            cast(forecasts.expected_to_date_cost as double),
            opened.days_left * opened.mean_7
        ) as expected_rest,
        coalesce(
            cast(forecasts.upper_90_to_date_cost as double),
            opened.days_left * opened.mean_7
            + 1.2815515655 * opened.deviation_28
            * sqrt(opened.days_left * (1 + opened.days_left / 7.0))
        ) as upper_rest

    from opened

    left join forecasts
        on
            opened.scope_type = forecasts.scope_type
            and opened.scope_value = forecasts.scope_value
            and opened.currency = forecasts.currency
            and opened.month_end = forecasts.forecast_date

),

final as (

    select
        scope_type,
        scope_value,
        currency,
        case when model_name is null then 'too little history' else 'forecast' end
            as status,
        coalesce(model_name, 'mean of the last 7 days') as method,
        day_count,
        cast(least_day_count as bigint) as least_day_count,
        cast(days_left as bigint) as days_left,
        {{ money('spent') }} as spent_cost,
        {{ money('expected_rest') }} as expected_rest_cost,
        {{ money('spent + cast(expected_rest as decimal(38, 12))') }} as projected_cost,
        {{ money('spent + cast(upper_rest as decimal(38, 12))') }} as upper_90_cost,
        {{ money('upper_rest - expected_rest') }} as cost_at_risk,
        {{ money('mean_28') }} as mean_daily_cost,
        {{ money('deviation_28') }} as deviation_daily_cost,
        {{ ratio('deviation_28', 'mean_28') }} as variation_ratio,
        month,
        as_of_date

    from projected

)

select * from final
