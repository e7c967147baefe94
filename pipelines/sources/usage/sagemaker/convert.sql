-- DescribeTrainingJob to training_attempts. What a job is billed is its billable time on
-- every instance: with Spot that is less than the time it took.
with jobs as (
    select
        *,
        coalesce(
            instances,
            list_sum(list_transform(
                from_json(groups, '["JSON"]'),
                lambda part: try_cast(part ->> '$.InstanceCount' as integer)
            ))
        ) as instance_count,
        list_filter(
            from_json(tags, '["JSON"]'),
            lambda tag: lower(tag ->> '$.Key') = 'project'
        )[1] ->> '$.Value' as project_name,
        -- The first one that is a number: NaN and Infinity say nothing.
        list_filter(
            from_json(metrics, '["JSON"]'),
            lambda metric: isfinite(try_cast(metric ->> '$.Value' as double))
        )[1] as metric
    from ({rows})
    where left_out is null
)

select
    'sagemaker:' || arn as run_id,
    arn as attempt_id,
    name as run_name,
    experiment as experiment_name,
    project_name,
    case
        when secondary_status in ('MaxRuntimeExceeded', 'MaxWaitTimeExceeded')
            then 'timeout'
        when secondary_status = 'Interrupted' then 'preempted'
        when status = 'Completed' then 'completed'
        when status in ('Stopping', 'Stopped', 'Deleting') then 'cancelled'
        when status = 'InProgress' then 'running'
        else 'failed'
    end as status,
    coalesce(secondary_status, status) as status_detail,
    created_at as submitted_at,
    started_at,
    ended_at,
    instance_count as node_count,
    [arn] as resource_ids,
    metric ->> '$.MetricName' as metric_name,
    cast(metric ->> '$.Value' as double) as metric_value,
    'sagemaker' as source_name,
    delivery_id,
    row_number as source_row_number,
    round(billable_seconds * instance_count / 3600, 9) as x_BilledInstanceHours,
    is_spot as x_IsSpot
from jobs
