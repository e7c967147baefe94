-- Rows of deliveries that are in the ledger now, charges and telemetry.
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

charges as (

    select * from {{ ref('stg_ledger__charges') }}

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
)

select * from landed
