-- Projects and accounts that are AI's, by all bills that there are. A project is, where it
-- has a charge that is AI by itself, where it ran training jobs, or where the owner says
-- so; an account, where more than half of its usage is.
with

costs as (

    select * from {{ ref('int_ai_costs_by_scope') }}

),

attempts as (

    select * from {{ ref('stg_usage__training_attempts') }}

),

rules as (

    select * from {{ ref('stg_lists__ownership_rules') }}

),

ai_projects as (

    select label_project as project_name
    from costs
    where has_ai

    union

    select lower(project_name) as project_name
    from attempts

    union

    select lower(match_pattern) as project_name
    from rules
    where is_ai

),

ai_accounts as (

    select
        source_name,
        sub_account_id
    from costs
    group by all
    having 2 * coalesce(sum(ai_usage_cost), 0) > sum(usage_cost)

),

judged as (

    select
        costs.source_name,
        costs.sub_account_id,
        costs.label_project,
        ai_projects.project_name is not null as is_ai_project,
        ai_accounts.source_name is not null as is_ai_account,
        costs.billing_period_start
    from costs
    left join ai_projects on costs.label_project = ai_projects.project_name
    left join ai_accounts
        on
            costs.source_name = ai_accounts.source_name
            and costs.sub_account_id is not distinct from ai_accounts.sub_account_id

)

select *
from judged
where is_ai_project or is_ai_account
