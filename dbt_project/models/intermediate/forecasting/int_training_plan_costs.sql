-- What the runs under a plan cost together, and each run that no plan names by itself.
-- What a plan's runs cost in another currency than the plan's is a run without a plan.
with

runs as (

    select * from {{ ref('int_training_runs') }}

),

named as (

    select * from {{ ref('int_training_run_plans') }}

),

costs as (

    select
        run_id,
        max(run_name) as run_name,
        max(project_name) as project_name,
        billing_currency,
        {{ exact_sum('gpu_hours') }} as gpu_hours,
        sum(effective_cost) as effective_cost
    from {{ ref('int_training_costs') }}
    group by all

),

plans as (

    select
        plans.* exclude (planned_cost),
        prices.price_per_gpu_hour,
        coalesce(plans.planned_cost, prices.estimated_cost) as planned_cost,
        case
            when plans.planned_cost is not null then 'stated'
            when prices.estimated_cost is not null then 'estimated'
            else 'none'
        end as planned_cost_basis
    from {{ ref('stg_lists__run_plans') }} as plans
    left join {{ ref('int_training_plan_prices') }} as prices
        on plans.plan_id = prices.plan_id
    where plans.run_name_pattern is not null

),

of_plans as (

    select
        named.plan_id,
        count(*) as run_count,
        case when count(*) = 1 then max(runs.run_id) else 'several' end as run_id,
        bool_or(runs.run_status = 'running') as is_running,
        max(runs.epoch_count) as epoch_count,
        max(runs.project_name) as project_name,
        min(runs.started_at) as started_at,
        max(runs.ended_at) as ended_at,
        {{ exact_sum('costs.gpu_hours') }} as gpu_hours,
        sum(costs.effective_cost) as effective_cost
    from named
    inner join runs on named.run_id = runs.run_id
    left join costs
        on
            named.run_id = costs.run_id
            and named.billing_currency = costs.billing_currency
    group by all

),

planned as (

    select
        plans.* exclude (
            delivery_id, source_row_number, run_name_pattern, experiment_name,
            project_name, instance_type
        ),
        plans.run_name_pattern as run_name,
        coalesce(plans.project_name, of_plans.project_name, 'unassigned')
            as project_name,
        of_plans.* exclude (plan_id, project_name, run_id, run_count, effective_cost),
        coalesce(of_plans.run_id, 'none') as run_id,
        coalesce(of_plans.run_count, 0) as run_count,
        coalesce(of_plans.effective_cost, 0) as effective_cost
    from plans
    left join of_plans on plans.plan_id = of_plans.plan_id

),

unplanned as (

    select
        costs.*,
        'unplanned' as plan_id,
        'none' as planned_cost_basis,
        1 as run_count,
        runs.run_status = 'running' as is_running,
        runs.epoch_count,
        runs.started_at,
        runs.ended_at
    from costs
    left join runs on costs.run_id = runs.run_id
    anti join named
        on
            costs.run_id = named.run_id
            and costs.billing_currency = named.billing_currency

)

select * from planned
union all by name
select * from unplanned
