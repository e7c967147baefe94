with

billing_periods as (

    select * from {{ ref('int_billing_periods_dated') }}

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

with_status as (

    select
        billing_periods.source_name,
        billing_periods.invoice_issuer_name,
        case
            when
                strftime(billing_periods.billing_period_start, '%Y-%m')
                <= nullif(settings.closed_through, '')
                then 'Closed'
            else 'Open'
        end as billing_period_status,
        billing_periods.billing_period_start,
        billing_periods.billing_period_end,
        billing_periods.billing_period_created,
        billing_periods.billing_period_last_updated

    from billing_periods

    cross join settings

)

select * from with_status
