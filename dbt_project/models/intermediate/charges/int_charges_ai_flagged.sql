-- Charges with what makes them AI, and the class and reason of the first rule that fits.
-- A charge is AI by itself (an API model, a GPU), or because it belongs to AI: to the
-- machine, the project or, where it names no project, the account of what is AI by itself.
with

charges as (

    select * from {{ ref('int_charges_enriched') }}

),

evidence as (

    select * from {{ ref('int_ai_cost_evidence') }}

),

attempts as (

    select * from {{ ref('stg_usage__training_attempts') }}

),

rules as (

    select * from {{ ref('stg_lists__ownership_rules') }}

),

-- Those of a charge that is AI by itself, those that ran training jobs, and those that
-- the owner says are.
ai_projects as (

    select charges.label_project as project_name
    from charges
    inner join evidence on charges.signature = evidence.signature
    where evidence.is_ai_itself

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
        charges.source_name,
        charges.sub_account_id
    from charges
    left join evidence on charges.signature = evidence.signature
    where charges.charge_category = 'Usage' and charges.effective_cost > 0
    group by all
    having
        2 * sum(case when evidence.is_ai_itself then charges.effective_cost else 0 end)
        > sum(charges.effective_cost)

),

judged as (

    select
        charges.*,
        evidence.ai_cost_class as rule_class,
        evidence.classification_reason as rule_reason,
        case
            when evidence.is_ai_itself then 'itself'
            when charges.is_of_gpu_machine then 'GPU machine'
            when ai_projects.project_name is not null then 'project'
            when charges.label_project is null and ai_accounts.source_name is not null
                then 'account'
            when charges.service_category = 'AI and Machine Learning' then 'service'
        end as ai_evidence
    from charges
    left join evidence on charges.signature = evidence.signature
    left join ai_projects on charges.label_project = ai_projects.project_name
    left join ai_accounts
        on
            charges.source_name = ai_accounts.source_name
            and charges.sub_account_id is not distinct from ai_accounts.sub_account_id

)

select * from judged
