-- MLflow runs to training_attempts. The metric is the first of eval_accuracy, eval_loss
-- and loss that the run logged as a number: infinity (which MLflow's stores write as the
-- largest number) and NaN are none.
with newest as (
    select * replace (
        {finite}
    )
    from ({runs})
    where left_out is null
)

select
    run_id,
    run_id as attempt_id,
    parent_run_id,
    run_name,
    -- A CSV of search_runs() names the experiment by its id alone.
    coalesce(nullif(experiment_name, ''), experiment_id) as experiment_name,
    project_name,
    scheduler_job_id,
    case upper(status)
        when 'FINISHED' then 'completed'
        when 'FAILED' then 'failed'
        when 'KILLED' then 'cancelled'
        else 'running'
    end as status,
    status as status_detail,
    started_at,
    ended_at,
    cast(gpu_count as decimal(38, 12)) as gpu_count,
    case when resource_id is not null then [resource_id] end as resource_ids,
    cast(first_step as bigint) as first_step,
    cast(last_step as bigint) as last_step,
    try_cast(last_checkpoint_step as bigint) as last_checkpoint_step,
    list_sort(cast(string_split(checkpoints_at, ',') as timestamp[]))
        as checkpoints_at,
    try_cast(epoch_count as decimal(38, 12)) as epoch_count,
    case
        when eval_accuracy is not null then 'eval_accuracy'
        when eval_loss is not null then 'eval_loss'
        when loss is not null then 'loss'
    end as metric_name,
    coalesce(eval_accuracy, eval_loss, loss) as metric_value,
    'mlflow' as source_name,
    delivery_id,
    row_number as source_row_number
from newest
where month = {period}
