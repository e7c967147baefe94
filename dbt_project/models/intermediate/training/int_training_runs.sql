-- What is known of a run over all its attempts. What was completed once stays so, even if
-- a later attempt of it fails. A fine-tune has no attempts: its bill says when it was
-- trained.
with

attempts as (

    select * from {{ ref('int_training_attempts') }}

),

fine_tuning as (

    select * from {{ ref('int_fine_tuning_charges') }}

),

runs as (

    select
        run_id,
        max(run_name) as run_name,
        max(experiment_name) as experiment_name,
        max(project_name) as project_name,
        case
            when {{ of_largest('status', 'started_at') }} = 'running' then 'running'
            when bool_or(status = 'completed') then 'completed'
            else {{ of_largest('status', 'started_at') }}
        end as run_status,
        count(*) as attempt_count,
        max(epoch_count) as epoch_count,
        max(metric_name) as metric_name,
        max(metric_value) as metric_value,
        min(started_at) as started_at,
        max(ended_at) as ended_at
    from attempts
    group by all

    union all

    select
        run_id,
        max(run_name) as run_name,
        'unassigned' as experiment_name,
        max(project_name) as project_name,
        'completed' as run_status,
        cast(null as bigint) as attempt_count,
        cast(null as decimal(38, 12)) as epoch_count,
        cast(null as varchar) as metric_name,
        cast(null as double) as metric_value,
        min(charge_period_start) as started_at,
        max(charge_period_end) as ended_at
    from fine_tuning
    group by all

)

select * from runs
