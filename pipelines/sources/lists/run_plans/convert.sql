-- The owner's plans to run_plans. What cannot be true stops the month: an overrun is
-- told by it.
with listed as (
    select
        *,
        file_name || ', row ' || row_number || ': ' as place
    from ({rows})
    where left_out is null
),

stated as (
    select
        *,
        case
            when run_name_pattern is null and experiment_name is null
                then error(
                    place || 'run_name_pattern and experiment_name are empty, expected '
                    'one of them'
                )
            when coalesce(planned_gpu_hours, planned_cost, cost_cap) is null
                then error(
                    place || 'planned_gpu_hours, planned_cost and cost_cap are empty, '
                    'expected one of them'
                )
            when least(planned_gpu_hours, planned_cost, cost_cap, planned_epoch_count)
                <= 0
                then error(
                    place || 'planned_gpu_hours is '
                    || coalesce(cast(planned_gpu_hours as varchar), 'empty')
                    || ', planned_cost is '
                    || coalesce(cast(planned_cost as varchar), 'empty')
                    || ', cost_cap is ' || coalesce(cast(cost_cap as varchar), 'empty')
                    || ', planned_epoch_count is '
                    || coalesce(cast(planned_epoch_count as varchar), 'empty')
                    || ', expected more than 0'
                )
            when not regexp_full_match(billing_currency, '[A-Z]{{3}}')
                then error(
                    place || 'billing_currency is ''' || billing_currency
                    || ''', expected a currency code of ISO 4217, such as USD'
                )
            else plan_id
        end as stated_plan_id
    from listed
)

select
    stated_plan_id as plan_id,
    run_name_pattern,
    experiment_name,
    project_name,
    planned_start,
    instance_type,
    planned_gpu_hours,
    planned_cost,
    cost_cap,
    billing_currency,
    planned_epoch_count,
    'run_plans' as source_name,
    delivery_id,
    row_number as source_row_number
from stated
