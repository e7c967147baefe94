-- What each level is expected to cost on each of the 31 days after the last closed one:
-- from day to day by its candidate, or as the mean of its last 7 days, and what comes once a
-- month on its day. The scopes of a level are forecast apart and then add up to the total:
-- each is scaled by the same factor, or, where half or twice as much is missing, takes its
-- part of the difference by what it cost in the last four weeks.
with

rates as (

    select * from {{ ref('int_scope_burn_rates_daily') }}
    where known_date = as_of_date

),

candidates as (select * from {{ ref('int_forecast_candidates') }}),

chosen as (

    select distinct
        series_id,
        model_name
    from {{ ref('int_forecast_models_selected') }}

),

scheduled as (

    select * from {{ ref('int_scope_scheduled_costs_expected') }}

),

horizons as (

    select cast(unnest(range(1, 32)) as integer) as horizon_days

),

own as (

    select
        rates.*,
        rates.as_of_date + horizons.horizon_days as forecast_date,
        horizons.horizon_days,
        chosen.model_name,
        candidates.driver_quantity,
        candidates.driver_unit_cost,
        coalesce(scheduled.scheduled_cost, 0) as scheduled_cost,
        coalesce(scheduled.scheduled_to_come, 0) as scheduled_to_come,
        {{ money(
            'greatest(coalesce(candidates.expected, rates.mean_7), least(rates.mean_28, 0))'
        ) }} as own_cost,
        {{ money('greatest(rates.mean_28, 0)') }} as usual_cost

    from rates

    cross join horizons

    left join chosen on rates.series_id = chosen.series_id

    left join candidates
        on
            rates.series_id = candidates.series_id
            and chosen.model_name = candidates.model_name
            and rates.as_of_date = candidates.as_of_date
            and horizons.horizon_days = candidates.horizon_days

    left join scheduled
        on
            rates.series_id = scheduled.series_id
            and rates.as_of_date + horizons.horizon_days = scheduled.forecast_date

),

summed as (

    select
        *,
        cast(max(own_cost) filter (where scope_type = 'total') over (
            partition by currency, horizon_days
        ) as double) as total_cost,
        cast(sum(own_cost) over level as double) as level_cost,
        cast(sum(usual_cost) over level as double) as level_usual_cost,
        case
            when abs(total_cost - level_cost) < 0.000001 then 1
            when level_cost > 0 and total_cost between 0 and 2 * level_cost
                then total_cost / level_cost
        end as factor
    from own
    window level as (partition by scope_type, currency, horizon_days)

),

final as (

    select
        series_id,
        scope_type,
        scope_value,
        currency,
        model_name,
        driver_quantity * coalesce(factor, 1) as driver_quantity,
        driver_unit_cost,
        case
            when factor = 1 then own_cost
            else {{ money(
                'coalesce(own_cost * factor, own_cost + coalesce('
                ~ '(total_cost - level_cost) * usual_cost / nullif(level_usual_cost, 0),'
                ~ ' 0))'
            ) }}
        end as daily_cost,
        {{ money('scheduled_cost') }} as scheduled_cost,
        {{ money('scheduled_to_come') }} as scheduled_to_come,
        horizon_days,
        forecast_date,
        as_of_date
    from summed

)

select * from final
