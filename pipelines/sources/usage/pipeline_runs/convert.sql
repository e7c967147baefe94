-- The scheduler's runs to pipeline_runs.
select
    run_id,
    pipeline_name,
    resource_id,
    project_name,
    environment_name,
    lower(status) as status,
    processed_gb,
    started_at,
    ended_at,
    'pipeline_runs' as source_name,
    delivery_id,
    row_number as source_row_number
from ({rows})
where left_out is null
