-- Everything that training cost: time on machines, and fine-tunes by the trained token.
-- The two are never mixed in one unit cost: a token has no hours.
with

machine_time as (

    select
        source_name,
        run_id,
        run_name,
        experiment_name,
        project_name,
        'machine_time' as cost_basis,
        attempt_id,
        billing_currency,
        gpu_hours,
        productive_gpu_hours,
        cast(null as decimal(38, 12)) as trained_token_count,
        billed_cost,
        effective_cost,
        productive_cost,
        billing_period_start
    from {{ ref('int_training_charges') }}

),

trained_tokens as (

    select
        source_name,
        run_id,
        run_name,
        'unassigned' as experiment_name,
        project_name,
        'trained_tokens' as cost_basis,
        run_id as attempt_id,
        billing_currency,
        cast(null as double) as gpu_hours,
        cast(null as double) as productive_gpu_hours,
        trained_token_count,
        billed_cost,
        effective_cost,
        effective_cost as productive_cost,
        billing_period_start
    from {{ ref('int_fine_tuning_charges') }}

)

select * from machine_time
union all
select * from trained_tokens
