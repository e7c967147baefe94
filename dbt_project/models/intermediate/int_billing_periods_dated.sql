-- When a month's charges were first and last delivered.
with

charges as (

    select * from {{ ref('stg_ledger__charges') }}

),

deliveries as (

    select * from {{ ref('stg_landing__deliveries') }}

),

issued as (

    select distinct
        source_name,
        delivery_id,
        coalesce(invoice_issuer_name, 'unassigned') as invoice_issuer_name,
        billing_period_start,
        billing_period_end
    from charges

),

dated as (

    select
        issued.source_name,
        issued.invoice_issuer_name,
        issued.billing_period_start,
        max(issued.billing_period_end) as billing_period_end,
        min(deliveries.delivered_at) as billing_period_created,
        max(deliveries.delivered_at) as billing_period_last_updated

    from issued

    inner join deliveries
        on
            issued.delivery_id = deliveries.delivery_id
            and deliveries.status != 'copy'

    group by all

)

select * from dated
