with

shares as (

    select * from {{ ref('int_pipeline_shares') }}

),

charges as (

    select * from {{ ref('int_pipeline_charges') }}

),

runs as (

    select * from {{ ref('int_pipeline_runs') }}

),

priced as (

    select
        charges.source_name,
        charges.sub_account_id,
        charges.billing_currency,
        charges.billing_period_start,
        shares.pipeline_name,
        shares.run_id,
        case when shares.run_id = 'unassigned' then charges.resource_id end
            as idle_resource_id,
    {% for cost in ['billed_cost', 'effective_cost'] %}
        {{ portion(
            money('charges.' ~ cost), 'shares.running', 'shares.held_seconds',
            'shares.whole'
        ) }} as {{ cost }}{{ ',' if not loop.last }}
    {% endfor %}
    from shares
    inner join charges using (delivery_id, source_row_number, source_row_part)

),

summed_to_run as (

    select
        source_name,
        sub_account_id,
        pipeline_name,
        run_id,
        idle_resource_id,
        billing_currency,
        {{ money('sum(billed_cost)') }} as billed_cost,
        {{ money('sum(effective_cost)') }} as effective_cost,
        billing_period_start
    from priced
    group by all

),

final as (

    select
        coalesce(summed_to_run.source_name, 'unassigned') as source_name,
        coalesce(summed_to_run.sub_account_id, 'unassigned') as sub_account_id,
        coalesce(summed_to_run.pipeline_name, runs.pipeline_name) as pipeline_name,
        coalesce(summed_to_run.run_id, runs.run_id) as run_id,
        coalesce(runs.project_name, 'unassigned') as project_name,
        coalesce(runs.environment_name, 'unassigned') as environment_name,
        coalesce(summed_to_run.idle_resource_id, runs.resource_id) as resource_id,
        coalesce(runs.run_status, 'unassigned') as run_status,
        runs.started_at,
        runs.ended_at,
        {{ money('runs.run_hours') }} as run_hours,
        {{ money('runs.processed_gb') }} as processed_gb,
        summed_to_run.billing_currency,
        summed_to_run.billed_cost,
        summed_to_run.effective_cost,
        case
            when summed_to_run.effective_cost is null then null
            when runs.is_wasted then summed_to_run.effective_cost
            else {{ money('0') }}
        end as wasted_cost,
        {{ unit_cost('summed_to_run.effective_cost', 'runs.processed_gb') }}
            as cost_per_gb,
        coalesce(
            summed_to_run.billing_period_start,
            cast(date_trunc('month', runs.started_at) as timestamp)
        ) as billing_period_start
    from summed_to_run
    full outer join runs using (pipeline_name, run_id)

)

select * from final
