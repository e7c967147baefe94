with

run_costs as (

    select
        experiment_name,
        run_id,
        billing_currency,
        sum(gpu_hours) as gpu_hours,
        sum(trained_token_count) as trained_token_count,
        sum(effective_cost) as effective_cost,
        sum(productive_cost) as productive_cost
    from {{ ref('fct_training_run_costs') }}
    group by all

),

runs as (

    select * from {{ ref('int_training_runs') }}

),

metrics as (

    select * from {{ ref('int_training_experiment_metrics') }}

),

caps as (

    select * from {{ ref('int_training_experiment_caps') }}

),

summed as (

    select
        run_costs.experiment_name,
        run_costs.billing_currency,
        count(runs.run_id) as run_count,
        count_if(runs.run_status = 'completed') as completed_run_count,
        sum(run_costs.gpu_hours) as gpu_hours,
        sum(run_costs.trained_token_count) as trained_token_count,
        sum(run_costs.effective_cost) as effective_cost,
        sum(run_costs.productive_cost) as productive_cost,
        sum(
            case
                when runs.run_status not in ('completed', 'running')
                    then run_costs.effective_cost
                else 0
            end
        ) as unfinished_cost,
        sum(case when runs.run_id is not null then run_costs.effective_cost else 0 end)
            as cost_of_runs,
        min(runs.started_at) as started_at,
        max(runs.ended_at) as ended_at
    from run_costs
    left join runs on run_costs.run_id = runs.run_id
    group by all

),

final as (

    select
        summed.experiment_name,
        metrics.metric_name,
        metrics.better,
        caps.plan_id,
        summed.billing_currency,
        cast(summed.run_count as bigint) as run_count,
        cast(summed.completed_run_count as bigint) as completed_run_count,
        {{ money('summed.gpu_hours') }} as gpu_hours,
        {{ money('summed.trained_token_count') }} as trained_token_count,
        {{ money('summed.effective_cost') }} as effective_cost,
        {{ money('summed.productive_cost') }} as productive_cost,
        {{ money('summed.unfinished_cost') }} as unfinished_cost,
        {{ ratio('summed.unfinished_cost', 'summed.cost_of_runs') }}
            as unfinished_cost_ratio,
        metrics.best_metric_value,
        -- What one currency paid is a part of what a point cost, where there are two.
        case
            when count(*) over (partition by summed.experiment_name) = 1
                then {{ unit_cost('summed.cost_of_runs', 'metrics.metric_points') }}
        end as cost_per_metric_point,
        {{ money('caps.cost_cap') }} as cost_cap,
        {{ money('caps.cost_cap - summed.effective_cost') }} as cap_headroom,
        {{ ratio('summed.effective_cost', 'caps.cost_cap') }} as cap_ratio,
        summed.started_at,
        summed.ended_at

    from summed

    left join metrics on summed.experiment_name = metrics.experiment_name

    left join caps
        on
            summed.experiment_name = caps.experiment_name
            and summed.billing_currency = caps.billing_currency

)

select * from final
