-- Which plan a run is under: the plan that names it in most letters, of those that were
-- to start by the day the run did the newest. A plan of a whole experiment is none of
-- its runs'.
with

runs as (

    select * from {{ ref('int_training_runs') }}

),

plans as (

    select
        *,
        regexp_replace(run_name_pattern, '([\\%_])', '\\\1', 'g') as literal_pattern
    from {{ ref('stg_lists__run_plans') }}
    where run_name_pattern is not null

),

named as (

    select
        runs.run_id,
        plans.plan_id,
        plans.billing_currency,
        row_number() over (
            partition by runs.run_id
            order by
                length(replace(plans.run_name_pattern, '*', '')) desc,
                plans.planned_start desc,
                plans.plan_id asc
        ) as plan_rank

    from runs

    inner join plans
        on
            runs.run_name like replace(plans.literal_pattern, '*', '%') escape '\'
            and coalesce(plans.project_name, runs.project_name) = runs.project_name
            and coalesce(plans.experiment_name, runs.experiment_name)
            = runs.experiment_name
            and date_trunc('day', plans.planned_start) <= runs.started_at

)

select
    run_id,
    plan_id,
    billing_currency
from named
where plan_rank = 1
