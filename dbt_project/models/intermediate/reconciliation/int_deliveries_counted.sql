-- Deliveries with the rows of theirs that are in the ledger now.
{%- set usage_tables = [
    [ref('stg_usage__model_usage'), 'window_start'],
    [ref('stg_usage__model_requests'), 'requested_at'],
    [ref('stg_usage__model_sessions'), 'usage_date'],
    [ref('stg_usage__gpu_usage'), 'window_start'],
    [ref('stg_usage__deployments'), 'valid_from'],
    [ref('stg_usage__kubernetes_allocation'), 'window_start'],
    [ref('stg_usage__training_attempts'), 'started_at'],
    [ref('stg_usage__training_metrics'), 'logged_at'],
    [ref('stg_usage__run_plans'), 'planned_start'],
    [ref('stg_usage__token_prices'), 'valid_from'],
    [ref('stg_usage__budgets'), 'valid_from'],
    [ref('stg_usage__optimisations'), 'valid_from'],
    [ref('stg_usage__trade_options'), 'valid_from'],
    [ref('stg_usage__business_values'), 'value_date'],
    [ref('stg_usage__storage_access'), 'inventory_date'],
    [ref('stg_usage__pipeline_runs'), 'started_at'],
    [ref('stg_usage__native_totals'), 'billing_period_start'],
] %}
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

invoices as (

    select * from {{ ref('stg_ledger__invoices') }}

),

-- What is in the ledger now, charges, invoices and telemetry.
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
        strftime(billing_period_start, '%Y-%m') as period,
        count(*) as row_count,
        0 as added_row_count,
        null as source_cost,
        null as billed_cost
    from invoices
    group by all

    {% for rows, moment in usage_tables %}
    union all

    select
        delivery_id,
        strftime({{ moment }}, '%Y-%m') as period,
        count(*) as row_count,
        0 as added_row_count,
        null as source_cost,
        null as billed_cost
    from {{ rows }}
    group by all

    {% endfor %}
),

left_out as (

    select
        delivery_id,
        period,
        cast(sum(row_count) as bigint) as row_count,
        string_agg(
            row_count || ' ' || left_out_reason, '; ' order by left_out_reason
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
            and deliveries.status not in ('copy', 'refused')

    left join left_out
        on
            deliveries.delivery_id = left_out.delivery_id
            and deliveries.period = left_out.period
            and deliveries.status not in ('copy', 'refused')

)

select * from counted
