with

charges as (

    select * from {{ ref('int_charges') }}

),

bounds as (

    select
        cast(date_trunc('month', min(charge_date)) as date) as first_date,
        cast(date_trunc('month', max(charge_date)) + interval 13 month as date)
            as end_date
    from charges

),

days as (

    select
        cast(unnest({{ days_between('first_date', 'end_date') }}) as date)
            as calendar_date
    from bounds

)

select * from days
