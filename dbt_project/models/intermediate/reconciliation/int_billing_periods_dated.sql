-- When a month's charges were first and last delivered, and whether it is closed.
with

charges as (

    select * from {{ ref('stg_ledger__charges') }}

),

deliveries as (

    select * from {{ ref('stg_landing__deliveries') }}

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

issued as (

    select distinct
        charges.source_name,
        charges.delivery_id,
        coalesce(charges.invoice_issuer_name, 'unassigned') as invoice_issuer_name,
        charges.billing_period_start,
        charges.billing_period_end,
        coalesce(
            strftime(charges.billing_period_start, '%Y-%m')
            <= nullif(settings.closed_through, ''),
            false
        ) as is_closed
    from charges
    cross join settings

),

dated as (

    select
        issued.source_name,
        issued.invoice_issuer_name,
        issued.billing_period_start,
        max(issued.billing_period_end) as billing_period_end,
        min(deliveries.delivered_at) as billing_period_created,
        max(deliveries.delivered_at) as billing_period_last_updated,
        bool_and(issued.is_closed) as is_closed

    from issued

    inner join deliveries
        on
            issued.delivery_id = deliveries.delivery_id
            and deliveries.status not in ('copy', 'not_chosen')

    group by all

)

select * from dated
