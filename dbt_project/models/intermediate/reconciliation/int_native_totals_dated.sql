-- What consoles showed, beside the day on which the ledger's month last changed.
with

native_totals as (

    select * from {{ ref('stg_lists__native_totals') }}

),

billing_periods as (

    select * from {{ ref('int_billing_periods_dated') }}

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

changed as (

    select
        source_name,
        billing_period_start,
        max(billing_period_last_updated) as ledger_last_updated
    from billing_periods
    group by all

),

dated as (

    select
        native_totals.*,
        changed.ledger_last_updated,
        settings.tolerance_amount
    from native_totals
    left join changed using (source_name, billing_period_start)
    cross join settings

)

select * from dated
