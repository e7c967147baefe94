with

bounds as (

    select
        cast(date_trunc('month', min(charge_date)) as date) as first_date,
        cast(date_trunc('month', max(charge_date)) + interval 13 month as date)
            as end_date
    from {{ ref('int_charges_named') }}

),

days as (

    select
        cast(unnest({{ days_between('first_date', 'end_date') }}) as date)
            as calendar_date
    from bounds

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
