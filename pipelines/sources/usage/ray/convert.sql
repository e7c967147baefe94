-- Ray's JobDetails to training_attempts. Retries in place are one attempt: the list says
-- when the job started and ended, not when each of them did.
select
    'ray:' || job_id as run_id,
    'ray:' || job_id as attempt_id,
    coalesce(run_name, job_id) as run_name,
    experiment_name,
    project_name,
    job_id as scheduler_job_id,
    case upper(status)
        when 'SUCCEEDED' then 'completed'
        when 'STOPPED' then 'cancelled'
        when 'FAILED' then 'failed'
        else 'running'
    end as status,
    detail as status_detail,
    started_at,
    ended_at,
    gpu_count,
    list_transform(string_split(node_names, ','), lambda name: trim(name))
        as node_names,
    list_transform(string_split(resource_ids, ','), lambda name: trim(name))
        as resource_ids,
    'ray' as source_name,
    delivery_id,
    row_number as source_row_number
from ({rows})
where left_out is null
