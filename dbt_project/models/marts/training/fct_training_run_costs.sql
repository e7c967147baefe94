with

training_costs as (

    select * from {{ ref('int_training_costs') }}

),

run_facts as (

    select * from {{ ref('int_training_runs') }}

),

summed_to_run as (

    select
        source_name,
        run_id,
        run_name,
        experiment_name,
        project_name,
        cost_basis,
        billing_currency,
        {{ exact_sum('gpu_hours') }} as gpu_hours,
        {{ exact_sum('productive_gpu_hours') }} as productive_gpu_hours,
        sum(trained_token_count) as trained_token_count,
        sum(effective_cost) as effective_cost,
        sum(productive_cost) as productive_cost,
        billing_period_start

    from training_costs

    group by all

),

final as (

    select
        summed_to_run.source_name,
        summed_to_run.run_id,
        summed_to_run.run_name,
        summed_to_run.experiment_name,
        summed_to_run.project_name,
        coalesce(run_facts.run_status, 'unassigned') as run_status,
        summed_to_run.cost_basis,
        run_facts.metric_name,
        summed_to_run.billing_currency,
        cast(run_facts.attempt_count as bigint) as attempt_count,
        run_facts.metric_value,
        {{ money('summed_to_run.gpu_hours') }} as gpu_hours,
        {{ money('summed_to_run.productive_gpu_hours') }} as productive_gpu_hours,
        {{ money('summed_to_run.trained_token_count') }} as trained_token_count,
        {{ money('summed_to_run.effective_cost') }} as effective_cost,
        {{ money('summed_to_run.productive_cost') }} as productive_cost,
        {{ money('summed_to_run.effective_cost - summed_to_run.productive_cost') }}
            as wasted_cost,
        case
            when summed_to_run.run_id != 'unassigned'
                then {{ ratio(
                    'summed_to_run.productive_cost', 'summed_to_run.effective_cost'
                ) }}
        end as goodput_ratio,
        {{ unit_cost('summed_to_run.effective_cost', 'summed_to_run.gpu_hours') }}
            as cost_per_gpu_hour,
        {{ unit_cost(
            'summed_to_run.effective_cost',
            'summed_to_run.trained_token_count',
            per=1000000
        ) }} as cost_per_1m_trained_tokens,
        run_facts.started_at,
        run_facts.ended_at,
        summed_to_run.billing_period_start

    from summed_to_run

    left join run_facts on summed_to_run.run_id = run_facts.run_id

)

select * from final
