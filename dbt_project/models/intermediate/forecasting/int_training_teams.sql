-- Which team answers for a project, and for an experiment: the one that owns most of the
-- project's cost, and the one whose projects' runs cost most of the experiment.
with

showback as (

    select * from {{ ref('fct_showback_daily') }}

),

runs as (

    select * from {{ ref('int_training_costs') }}

),

of_projects as (

    select
        project_name,
        {{ of_largest('team_name', 'cost') }} as team_name
    from (
        select
            project_name,
            team_name,
            sum(abs(effective_cost)) as cost
        from showback
        where team_name != 'unassigned' and project_name != 'unassigned'
        group by all
    ) as owned
    group by all

),

of_experiments as (

    select
        experiment_name,
        {{ of_largest('team_name', 'cost') }} as team_name
    from (
        select
            runs.experiment_name,
            of_projects.team_name,
            sum(abs(runs.effective_cost)) as cost
        from runs
        inner join of_projects on runs.project_name = of_projects.project_name
        where runs.experiment_name != 'unassigned'
        group by all
    ) as owned
    group by all

)

select
    'project' as scope_type,
    project_name as scope_value,
    team_name
from of_projects

union all

select
    'experiment' as scope_type,
    experiment_name as scope_value,
    team_name
from of_experiments
