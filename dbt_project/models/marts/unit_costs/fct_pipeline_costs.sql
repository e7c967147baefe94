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

-- A run over a month's end is one run: each month has its part of the hours and of the GB,
-- and a later correction has none.
joined as (

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
        runs.run_hours,
        runs.processed_gb,
        summed_to_run.billing_currency,
        summed_to_run.billed_cost,
        summed_to_run.effective_cost,
        case
            when summed_to_run.effective_cost is null then null
            when runs.is_wasted then summed_to_run.effective_cost
            else {{ money('0') }}
        end as wasted_cost,
        coalesce(
            summed_to_run.billing_period_start,
            cast(date_trunc('month', runs.started_at) as timestamp)
        ) as billing_period_start,
        case
            when runs.run_hours > 0 then greatest(0, {{ hours_between(
                'greatest(runs.started_at, billing_period_start)',
                'least(runs.ended_at, billing_period_start + interval 1 month)'
            ) }}) / runs.run_hours
            when
                coalesce(
                    date_trunc('month', runs.started_at) = billing_period_start, true
                )
                then 1
            else 0
        end as month_share
    from summed_to_run
    full outer join runs using (pipeline_name, run_id)

),

final as (

    select
        * exclude (billing_period_start, month_share)
        replace (
            {{ money('run_hours * month_share') }} as run_hours,
            {{ money('processed_gb * month_share') }} as processed_gb
        ),
        {{ unit_cost('effective_cost', 'processed_gb * month_share') }} as cost_per_gb,
        billing_period_start
    from joined

)

select * from final
