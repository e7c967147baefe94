-- MLflow's metric history to training_metrics.
select
    run_id,
    step,
    try_cast(epoch as decimal(38, 12)) as epoch,
    metric_name,
    metric_value,
    logged_at,
    'mlflow_metrics' as source_name,
    delivery_id,
    row_number as source_row_number
from ({values})
where left_out is null and month = {period}
