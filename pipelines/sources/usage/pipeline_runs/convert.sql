-- The scheduler's runs to pipeline_runs. What cannot be true stops the month: a failed
-- run that reports success is waste that nobody sees.
with listed as (
    select
        *,
        file_name || ', row ' || row_number || ': ' as place
    from ({rows})
    where left_out is null
)

select
    run_id,
    pipeline_name,
    resource_id,
    project_name,
    environment_name,
    case
        when lower(status) in ({statuses}) then lower(status)
        else error(place || 'status is ''' || status || ''', expected one of {list}')
    end as status,
    case
        when processed_gb < 0
            then error(place || 'processed_gb is ' || processed_gb || ', expected 0 or more')
        else processed_gb
    end as processed_gb,
    started_at,
    case
        when ended_at < started_at
            then error(
                place || 'ended_at is ' || ended_at || ', expected no earlier than '
                || started_at
            )
        when ended_at is null and lower(status) != 'running'
            then error(place || 'ended_at is empty, expected the end of a run that ended')
        else ended_at
    end as ended_at,
    'pipeline_runs' as source_name,
    delivery_id,
    row_number as source_row_number
from listed
