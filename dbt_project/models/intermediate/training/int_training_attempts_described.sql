-- One attempt from the sources that know it: the scheduler knows machines and times,
-- MLflow knows steps and checkpoints. MLflow runs that name a scheduler's job, or the
-- resource that a job is, describe its attempts; nested ones only log for their parent.
-- Only MLflow's own jobs (with a resource of theirs that no scheduler knows) are attempts
-- of their own.
with

-- What still ran in an older export and started again had been interrupted by then.
started as (

    select
        *,
        lead(started_at) over (
            partition by source_name, run_id order by started_at, attempt_id
        ) as started_again_at
    from {{ ref('stg_usage__training_attempts') }}

),

attempts as (

    select
        * replace (
            case
                when ended_at is null and started_again_at is not null then 'preempted'
                else status
            end as status,
            coalesce(ended_at, started_again_at) as ended_at
        ),
        coalesce(scheduler_job_id, lower(resource_ids[1])) as job_key
    from started

),

-- A run that has not ended yet has cost what was billed until now.
known_until as (
    select max(charge_period_end) as known_until
    from {{ ref('stg_ledger__charges') }}
    where charge_category = 'Usage'
),

scheduled as (

    select * from attempts
    where source_name != 'mlflow'

),

tracked as (

    select * from attempts
    where source_name = 'mlflow' and parent_run_id is null

),

of_jobs as (

    select * from tracked
    where job_key is not null
    qualify row_number() over (partition by job_key order by started_at, run_id) = 1

),

joined as (

    select
        coalesce(of_jobs.run_id, scheduled.run_id) as run_id,
        scheduled.attempt_id,
        coalesce(of_jobs.run_name, scheduled.run_name) as run_name,
        coalesce(of_jobs.experiment_name, scheduled.experiment_name) as experiment_name,
        coalesce(of_jobs.project_name, scheduled.project_name) as project_name,
        scheduled.status,
        scheduled.gpu_count,
        scheduled.node_names,
        scheduled.resource_ids,
        coalesce(of_jobs.metric_name, scheduled.metric_name) as metric_name,
        case
            when of_jobs.metric_name is not null then of_jobs.metric_value
            else scheduled.metric_value
        end as metric_value,
        of_jobs.epoch_count,
        of_jobs.checkpoints_at,
        scheduled.started_at,
        scheduled.ended_at
    from scheduled
    left join of_jobs on scheduled.job_key = of_jobs.job_key

    union all by name

    select
        tracked.run_id,
        tracked.attempt_id,
        tracked.run_name,
        tracked.experiment_name,
        tracked.project_name,
        tracked.status,
        tracked.gpu_count,
        tracked.node_names,
        tracked.resource_ids,
        tracked.metric_name,
        tracked.metric_value,
        tracked.epoch_count,
        tracked.checkpoints_at,
        tracked.started_at,
        tracked.ended_at
    from tracked
    anti join scheduled on tracked.job_key = scheduled.job_key
    where tracked.scheduler_job_id is null

)

select
    joined.* replace (
        coalesce(joined.run_name, 'unassigned') as run_name,
        coalesce(joined.experiment_name, 'unassigned') as experiment_name,
        coalesce(joined.project_name, 'unassigned') as project_name,
        coalesce(
            joined.ended_at, greatest(joined.started_at, known_until.known_until)
        ) as ended_at
    )
from joined
cross join known_until
