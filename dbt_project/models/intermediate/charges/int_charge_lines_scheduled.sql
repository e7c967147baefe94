-- Lines that do not come every day, and when they come again. What comes on more than two
-- days of any month is daily, whatever it is called.
with

months as (

    select * from {{ ref('int_charge_lines_monthly') }}

),

days as (

    select
        *,
        unnest(charge_dates) as charge_date
    from months

),

counted as (

    select
        line_id,
        count(distinct charge_date) as day_count,
        min(first_month_day) as first_month_day,
        max(last_month_day) as last_month_day,
        bool_or(is_stated) as is_stated
    from days
    group by line_id, charge_month

),

-- Usage that no word tells from daily usage is monthly when it came once a month, on one
-- day of it (a time zone moves it by one), in two months or more.
scheduled as (

    select line_id
    from counted
    group by line_id
    having
        max(day_count) <= 2
        and (
            bool_or(is_stated)
            or (
                count(*) >= 2
                and max(day_count) = 1
                and max(last_month_day) - min(first_month_day) <= 1
            )
        )

),

-- Three weeks on, the next one is this one again; sooner, another of the same month.
dated as (

    select
        days.line_id,
        days.charge_date,
        max(charge_date) over (
            partition by line_id order by charge_date
            range between interval 40 day preceding and interval 21 day preceding
        ) as earlier_date,
        min(charge_date) over (
            partition by line_id order by charge_date
            range between interval 21 day following and interval 40 day following
        ) as later_date,
        days.billing_period_start
    from days
    inner join scheduled using (line_id)

)

select * from dated
