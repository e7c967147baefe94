-- Parts of charges with their owner. Who names the project or the team first owns it: the
-- telemetry of a part, the rules about such a part, the tags, the other rules.
with

ruled as (

    select * from {{ ref('int_charges_matched_to_ownership_rules') }}

),

rules as (

    select * from {{ ref('int_ownership_rules_in_force') }}

),

owned as (

    select
        ruled.*,
        -- Who names the project names the team, else the project's list does.
        case
            when ruled.known_project_name is not null
                then coalesce(
                    of_project.team_name, ruled.part_team_name, ruled.label_team,
                    ruled.ruled_team_name
                )
            when coalesce(ruled.part_team_name, ruled.part_project_name) is not null
                then coalesce(
                    ruled.part_team_name, of_project.team_name, ruled.label_team
                )
            when ruled.label_project is not null
                then coalesce(
                    ruled.label_team, of_project.team_name, ruled.ruled_team_name
                )
            else coalesce(
                ruled.label_team, ruled.ruled_team_name, of_project.team_name
            )
        end as team_name,
        ruled.known_workload_name as workload_name,
        {% for name, label in [('feature_name', 'feature'), ('tenant_id', 'tenant'),
            ('environment_name', 'environment')] %}
        coalesce(
            ruled.known_{{ name }}, ruled.label_{{ label }}, ruled.ruled_{{ name }}
        ) as {{ name }},
        {% endfor %}
        case
            when ruled.known_project_name is not null then ruled.split_method
            when coalesce(ruled.part_team_name, ruled.part_project_name) is not null
                then ruled.part_kind
            when coalesce(ruled.label_team, ruled.label_project) is not null then 'tag'
            else coalesce(ruled.rule_kind, 'none')
        end as allocation_method,
        case
            when ruled.known_project_name is not null then 'direct'
            when coalesce(ruled.part_team_name, ruled.part_project_name) is not null
                then 'rule'
            when coalesce(ruled.label_team, ruled.label_project) is not null
                then 'direct'
            when ruled.rule_kind is not null then 'rule'
            else 'unassigned'
        end as allocation_step
    from ruled
    left join rules as of_project
        on
            of_project.match_kind = 'project'
            and ruled.source_name = of_project.source_name
            and ruled.billing_period_start = of_project.billing_period_start
            and ruled.project_name = of_project.value
            and ruled.charge_date >= of_project.in_force_from
            and ruled.charge_date < of_project.in_force_until

)

select * from owned
