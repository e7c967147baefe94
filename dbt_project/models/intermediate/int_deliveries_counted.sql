-- Deliveries with the rows of theirs that are in the ledger now.
with

deliveries as (

    select * from {{ ref('stg_landing__deliveries') }}

),

charges as (

    select * from {{ ref('stg_ledger__charges') }}

),

model_usage as (

    select * from {{ ref('stg_usage__model_usage') }}

),

training_attempts as (

    select * from {{ ref('stg_usage__training_attempts') }}

),

invoices as (

    select * from {{ ref('stg_ledger__invoices') }}

),

landed as (

    select
        delivery_id,
        strftime(billing_period_start, '%Y-%m') as period,
        count(*) filter (where source_row_part = 1) as row_count,
        count(*) filter (where source_row_part > 1) as added_row_count,
        sum(source_cost) as source_cost,
        sum(billed_cost) as billed_cost
    from charges
    group by all

    union all

    select
        delivery_id,
        strftime(window_start, '%Y-%m') as period,
        count(*) as row_count,
        0 as added_row_count,
        null as source_cost,
        null as billed_cost
    from model_usage
    group by all

    union all

    select
        delivery_id,
        strftime(started_at, '%Y-%m') as period,
        count(*) as row_count,
        0 as added_row_count,
        null as source_cost,
        null as billed_cost
    from training_attempts
    group by all

    union all

    select
        delivery_id,
        strftime(billing_period_start, '%Y-%m') as period,
        count(*) as row_count,
        0 as added_row_count,
        null as source_cost,
        null as billed_cost
    from invoices
    group by all

),

counted as (

    select
        deliveries.delivery_id,
        deliveries.vendor_batch_id,
        deliveries.source_name,
        deliveries.table_name,
        deliveries.period,
        deliveries.scope,
        deliveries.status,
        deliveries.detail,
        deliveries.file_names,
        deliveries.size_bytes,
        coalesce(landed.row_count, 0) as row_count,
        coalesce(landed.added_row_count, 0) as added_row_count,
        {{ money('landed.source_cost') }} as source_cost,
        {{ money('landed.billed_cost') }} as billed_cost,
        deliveries.delivered_at,
        deliveries.first_seen_at

    from deliveries

    left join landed
        on
            deliveries.delivery_id = landed.delivery_id
            and deliveries.period = landed.period
            and deliveries.status not in ('copy', 'refused')

)

select * from counted
