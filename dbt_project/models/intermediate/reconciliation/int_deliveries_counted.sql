-- Deliveries with the rows of theirs that are in the ledger now.
with

deliveries as (

    select * from {{ ref('stg_landing__deliveries') }}

),

rows_left_out as (

    select * from {{ ref('stg_landing__rows_left_out') }}

),

charges as (

    select * from {{ ref('stg_ledger__charges') }}

),

ledger_rows as (

    select * from {{ ref('stg_landing__ledger_rows') }}

),

-- What is in the ledger now: charges, and the rows of every other table.
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
        period,
        row_count,
        0 as added_row_count,
        null as source_cost,
        null as billed_cost
    from ledger_rows
),

left_out as (

    select
        delivery_id,
        period,
        cast(sum(row_count) as bigint) as row_count,
        string_agg(
            row_count || ' ' || left_out_reason,
            '; ' order by left_out_reason, row_count
        ) as reasons
    from rows_left_out
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
        deliveries.complete_by,
        deliveries.ordered_by,
        deliveries.restatement,
        deliveries.report,
        deliveries.billing_accounts,
        deliveries.first_day,
        deliveries.last_day,
        coalesce(landed.row_count, 0)
        + coalesce(left_out.row_count, 0) as read_row_count,
        coalesce(landed.row_count, 0) as row_count,
        coalesce(left_out.row_count, 0) as excluded_row_count,
        left_out.reasons as exclusion_reasons,
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
            and deliveries.status not in ('copy', 'refused', 'not_chosen')

    left join left_out
        on
            deliveries.delivery_id = left_out.delivery_id
            and deliveries.period = left_out.period
            and deliveries.status not in ('copy', 'refused', 'not_chosen')

)

select * from counted
