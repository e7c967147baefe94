with

days as (

    select * from {{ ref('int_days') }}

),

named as (

    select
        calendar_date,
        cast(date_trunc('week', calendar_date) as date) as week_start,
        cast(date_trunc('month', calendar_date) as date) as month_start,
        cast(date_trunc('quarter', calendar_date) as date) as quarter_start,
        cast(isodow(calendar_date) as integer) as day_of_week,
        isodow(calendar_date) > 5 as is_weekend,
        cast(day(last_day(calendar_date)) as integer) as days_in_month
    from days

)

select * from named
