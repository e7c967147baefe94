-- One attempt from the sources that know it: the scheduler knows machines and times,
-- MLflow knows steps and checkpoints. MLflow runs that name a scheduler's job describe
-- its attempts; nested ones only log for their parent. Only MLflow's own jobs (with a
-- resource of theirs) are attempts of their own.
--
-- What survives of an attempt: all of it when it completed or still runs; up to its
-- last checkpoint when it broke off and the run was completed later; nothing when the
-- run never was.
with

attempts as (

    select * from {{ ref('stg_usage__training_attempts') }}

),

-- A run that has not ended yet has cost what was billed until now.
known_until as (
    select max(charge_period_end) as known_until
    from {{ ref('stg_ledger__charges') }}
    where charge_category = 'Usage'
),

tracked as (

    select *
    from attempts
    where source_name = 'mlflow' and parent_run_id is null
    qualify
        scheduler_job_id is null
        or row_number() over (partition by scheduler_job_id order by started_at) = 1

),

scheduled as (

    select
        coalesce(tracked.run_id, attempts.run_id) as run_id,
        attempts.attempt_id,
        coalesce(tracked.run_name, attempts.run_name, 'unassigned') as run_name,
        coalesce(tracked.experiment_name, attempts.experiment_name, 'unassigned')
            as experiment_name,
        coalesce(tracked.project_name, attempts.project_name, 'unassigned')
            as project_name,
        attempts.status,
        attempts.gpu_count,
        attempts.node_names,
        attempts.resource_ids,
        tracked.metric_name,
        tracked.metric_value,
        tracked.epoch_count,
        tracked.checkpoints_at,
        attempts.started_at,
        coalesce(attempts.ended_at, known_until.known_until) as ended_at

    from attempts

    left join tracked on attempts.scheduler_job_id = tracked.scheduler_job_id

    cross join known_until

    where attempts.source_name != 'mlflow'

    union all

    select
        tracked.run_id,
        tracked.attempt_id,
        coalesce(tracked.run_name, 'unassigned') as run_name,
        coalesce(tracked.experiment_name, 'unassigned') as experiment_name,
        coalesce(tracked.project_name, 'unassigned') as project_name,
        tracked.status,
        tracked.gpu_count,
        tracked.node_names,
        tracked.resource_ids,
        tracked.metric_name,
        tracked.metric_value,
        tracked.epoch_count,
        tracked.checkpoints_at,
        tracked.started_at,
        coalesce(tracked.ended_at, known_until.known_until) as ended_at

    from tracked

    cross join known_until

    where tracked.scheduler_job_id is null

),

with_lineage as (

    select
        *,
        bool_or(status in ('completed', 'running')) over (partition by run_id)
            as is_run_kept,
        list_max(list_filter(
            checkpoints_at,
            lambda checkpoint: checkpoint between started_at and ended_at
        )) as last_checkpoint_at

    from scheduled

),

judged as (

    select
        *,
        case
            when not is_run_kept then started_at
            when status in ('completed', 'running') then ended_at
            else coalesce(last_checkpoint_at, started_at)
        end as productive_until

    from with_lineage

)

select * from judged
