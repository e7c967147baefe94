-- What comes once a month and is due in the 31 days after the newest closed one, each on its
-- day of the month. What has come since then was to be expected, and is not to come.
with

rates as (

    select * from {{ ref('int_scope_burn_rates_daily') }}
    where known_date = as_of_date

),

months as (

    select unnest([1, 2]) as months_later

),

due as (

    select
        scheduled.*,
        rates.as_of_date,
        cast(
            scheduled.charge_date + months.months_later * interval 1 month as date
        ) as forecast_date
    from {{ ref('int_scope_scheduled_costs') }} as scheduled
    inner join rates
        on
            scheduled.series_id = rates.series_id
            and scheduled.charge_date <= rates.as_of_date
            and coalesce(scheduled.replaced_on > rates.as_of_date, true)
            and scheduled.charge_date + interval 1 month > scheduled.closed_date
    cross join months

),

summed as (

    select
        series_id,
        forecast_date,
        sum(effective_cost) as scheduled_cost,
        sum(effective_cost) filter (where replaced_on is null) as scheduled_to_come
    from due
    where
        forecast_date > as_of_date
        and forecast_date <= as_of_date + 31
    group by all

)

select * from summed
