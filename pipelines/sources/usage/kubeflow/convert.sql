-- Kubeflow's jobs to training_attempts. A restart in place is the same attempt: a job
-- says of its restarts only the last.
select
    'kubeflow:' || uid as run_id,
    'kubeflow:' || uid as attempt_id,
    name as run_name,
    experiment_name,
    project_name,
    namespace || '/' || name as scheduler_job_id,
    case
        when condition in ('Succeeded', 'Complete') then 'completed'
        when condition = 'Failed' and reason = 'DeadlineExceeded' then 'timeout'
        when condition = 'Failed' then 'failed'
        when condition = 'Suspended' then 'preempted'
        else 'running'
    end as status,
    concat_ws(': ', condition, reason) as status_detail,
    created_at as submitted_at,
    started_at,
    ended_at,
    node_count,
    gpu_count,
    string_split(node_names, ',') as node_names,
    string_split(resource_ids, ',') as resource_ids,
    'kubeflow' as source_name,
    delivery_id,
    row_number as source_row_number
from ({rows})
where left_out is null
