-- sacct's records (records.sql) to training_attempts.
select
    'slurm:' || coalesce("Cluster" || ':', '') || "JobIDRaw" as run_id,
    run_id || ':' || case
        -- Of an hour that comes twice a local time names no attempt.
        when is_start_ambiguous then strftime(started_at, '%Y-%m-%dT%H:%M:%SZ')
        else strftime(
            timezone({time_zone}, timezone('UTC', started_at)), '%Y-%m-%dT%H:%M:%S'
        )
    end as attempt_id,
    "JobName" as run_name,
    "Account" as project_name,
    "JobIDRaw" as scheduler_job_id,
    case
        when is_running then 'running'
        when "State" like 'COMPLETED%' then 'completed'
        when "State" like 'TIMEOUT%' or "State" like 'DEADLINE%' then 'timeout'
        when "State" like 'CANCELLED%' or "State" like 'REVOKED%' then 'cancelled'
        when "State" like 'PREEMPTED%' or "State" like 'REQUEUE%' then 'preempted'
        else 'failed'
    end as status,
    "State" as status_detail,
    submitted_at,
    started_at,
    ended_at,
    try_cast("AllocNodes" as integer) as node_count,
    gpu_count,
    gpu_type,
    nullif(node_names, []) as node_names,
    'slurm' as source_name,
    delivery_id,
    row_number as source_row_number
from slurm_records
where left_out is null
