-- Projects of AI: those that the bill puts on a charge that is AI by itself, those
-- that ran training jobs, and those that the owner says are.
with

charges as (

    select * from {{ ref('int_charges_described') }}

),

evidence as (

    select * from {{ ref('int_ai_cost_evidence') }}

),

attempts as (

    select * from {{ ref('stg_usage__training_attempts') }}

),

rules as (

    select * from {{ ref('stg_usage__ownership_rules') }}

),

projects as (

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

)

select * from projects
where project_name is not null
