-- Rows of deliveries that are in the ledger now, charges and telemetry.
{%- set usage_tables = {
    'model_usage': 'window_start',
    'model_requests': 'requested_at',
    'model_sessions': 'usage_date',
    'gpu_usage': 'window_start',
    'deployments': 'valid_from',
    'kubernetes_allocation': 'window_start',
    'training_attempts': 'started_at',
    'training_metrics': 'logged_at',
    'run_plans': 'planned_start',
    'token_prices': 'valid_from',
    'budgets': 'valid_from',
    'optimisations': 'valid_from',
    'trade_options': 'valid_from',
    'business_values': 'value_date',
    'storage_access': 'inventory_date',
    'pipeline_runs': 'started_at',
    'native_totals': 'billing_period_start',
} %}
with

charges as (

    select * from {{ ref('stg_ledger__charges') }}

),

invoices as (

    select * from {{ ref('stg_ledger__invoices') }}

),

{% for table in usage_tables %}
{{ table }} as (

    select * from {{ ref('stg_usage__' ~ table) }}

),

{% endfor %}
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

    {% for table, moment in usage_tables.items() %}
    union all

    select
        delivery_id,
        strftime({{ moment }}, '%Y-%m') as period,
        count(*) as row_count,
        0 as added_row_count,
        null as source_cost,
        null as billed_cost
    from {{ table }}
    group by all

    {% endfor %}
)

select * from landed
