-- Why the bill differs from usage x price book in a month, without remainder.
with

split_by_meter as (

    select * from {{ ref('int_metered_differences_by_meter') }}

),

summed_to_month as (

    select
        source_name,
        billing_currency,
        billing_period_start,
        cause,
        sum(difference) as difference

    from split_by_meter

    group by all

),

-- Less than half a cent a month is how many digits a vendor writes, not a cause.
named as (

    select
        source_name,
        billing_currency,
        billing_period_start,
        case when abs(difference) < 0.005 then 'rounding' else cause end as cause,
        sum(difference) as difference

    from summed_to_month

    where difference != 0

    group by all

)

select * from named
