-- The month that is open on the day after the newest closed one: from its first day on.
-- Spent is all that is delivered of it, closed or not, so no projection is below it.
with

rates as (

    select * from {{ ref('int_scope_burn_rates_daily') }}
    where known_date = as_of_date

),

months as (

    select * from {{ ref('int_scope_months_open') }}

),

forecasts as (

    select * from {{ ref('fct_forecasts_daily') }}

),

opened as (

    select
        *,
        cast(last_day(as_of_date + 1) - as_of_date as integer) as days_left,
        -- On the last day of a month the next one is open.
        last_day(as_of_date) != as_of_date as is_begun
    from rates
    full outer join months
        using (scope_type, scope_value, currency, as_of_date)

),

projected as (

    select
        opened.*,
        forecasts.model_name,
        coalesce(if(opened.is_begun, opened.month_undelivered_cost, 0), 0)
            as undelivered_rest,
        coalesce(if(opened.is_begun, opened.month_cost, 0), 0)
        + coalesce(opened.unsettled_cost, 0) as spent,
        coalesce(opened.daily_rest, 0) + coalesce(opened.scheduled_rest, 0)
        + undelivered_rest as expected_rest,
        coalesce(
            cast(
                forecasts.upper_90_to_date_cost - forecasts.expected_to_date_cost
                as double
            ),
            1.2815515655 * opened.deviation_28
            * sqrt(opened.days_left * (1 + opened.days_left / 7.0))
        ) as at_risk

    from opened

    left join forecasts
        on
            opened.scope_type = forecasts.scope_type
            and opened.scope_value = forecasts.scope_value
            and opened.currency = forecasts.currency
            and last_day(opened.as_of_date + 1) = forecasts.forecast_date

),

final as (

    select
        scope_type,
        scope_value,
        currency,
        case when model_name is null then 'too little history' else 'forecast' end
            as status,
        coalesce(model_name, 'mean of the last 7 days') as method,
        coalesce(day_count, 0) as day_count,
        cast(least_day_count as bigint) as least_day_count,
        cast(days_left as bigint) as days_left,
        {{ money('spent') }} as spent_cost,
        {{ money('expected_rest') }} as expected_rest_cost,
        {{ money('coalesce(scheduled_rest, 0)') }} as scheduled_rest_cost,
        {{ money('undelivered_rest') }} as undelivered_rest_cost,
        {{ money('spent + expected_rest') }} as projected_cost,
        {{ money('spent + expected_rest + cast(at_risk as decimal(38, 12))') }}
            as upper_90_cost,
        {{ money('at_risk') }} as cost_at_risk,
        {{ money('mean_28') }} as mean_daily_cost,
        {{ money('deviation_28') }} as deviation_daily_cost,
        -- Of a mean that is nothing in twelve digits there is no ratio.
        {{ ratio(
            'deviation_28', 'case when ' ~ money('mean_28') ~ ' != 0 then mean_28 end'
        ) }} as variation_ratio,
        cast(date_trunc('month', as_of_date + 1) as date) as month,
        as_of_date

    from projected

)

select * from final
