with

billing_periods as (

    select * from {{ ref('int_billing_periods_dated') }}

),

with_status as (

    select
        source_name,
        invoice_issuer_name,
        case when is_closed then 'Closed' else 'Open' end as billing_period_status,
        billing_period_start,
        billing_period_end,
        billing_period_created,
        billing_period_last_updated

    from billing_periods

)

select * from with_status
