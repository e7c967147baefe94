-- Parts of charges with what the ownership rules say of them, the narrowest kind first. A
-- rule about a credential, a workload or a namespace means a part that telemetry knows
-- (part_); the tags of the machine or account that it shares with others say less of it.
{%- set kinds = {
    'resource': 'resource_id', 'credential': 'credential_id',
    'workload': 'known_workload_name', 'namespace': 'known_namespace',
    'tag': 'tags', 'sub_account': 'sub_account_id', 'service': 'service_name',
} %}
with

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

rules as (

    select * from {{ ref('int_ownership_rules_in_force') }}

),

-- What telemetry calls a project is spelled as a tag would be.
parts as (

    select
        parts.* replace (
            coalesce(parts.known_credential_id, parts.credential_id) as credential_id,
            cast(parts.tags as varchar) as tags,
            {% for name in ['project_name', 'environment_name'] %}
            nullif({{ canonical_tag(
                'parts.known_' ~ name, 'settings.tag_value_aliases'
            ) }}, 'unassigned') as known_{{ name }},
            {% endfor %}
            {% for name in ['workload_name', 'feature_name', 'tenant_id'] %}
            nullif(parts.known_{{ name }}, 'unassigned') as known_{{ name }}
            {{- ',' if not loop.last }}
            {% endfor %}
        )
    from {{ ref('int_charges_split_by_usage') }} as parts
    cross join settings

),

ruled as (

    select
        parts.*,
        {% for name in ['team_name', 'project_name', 'feature_name', 'tenant_id',
            'environment_name'] %}
        coalesce(
            {% for kind in kinds %}
            of_{{ kind }}.{{ name }}{{ ',' if not loop.last }}
            {% endfor %}
        ) as ruled_{{ name }},
        {% endfor %}
        case
            {% for kind in kinds %}
            when
                of_{{ kind }}.team_name is not null
                or of_{{ kind }}.project_name is not null
                then '{{ kind }}'
            {% endfor %}
        end as rule_kind,
        case
            {% for kind in ['credential', 'workload', 'namespace'] %}
            when
                of_{{ kind }}.team_name is not null
                or of_{{ kind }}.project_name is not null
                then '{{ kind }}'
            {% endfor %}
        end as part_kind,
        {% for name in ['team_name', 'project_name'] %}
        case when split_method is not null then coalesce(
            of_credential.{{ name }}, of_workload.{{ name }}, of_namespace.{{ name }}
        ) end as part_{{ name }},
        {% endfor %}
        coalesce(
            known_project_name, part_project_name, label_project, ruled_project_name
        ) as project_name
    from parts
    {% for kind, column in kinds.items() %}
    left join rules as of_{{ kind }}
        on
            of_{{ kind }}.match_kind = '{{ kind }}'
            and parts.source_name = of_{{ kind }}.source_name
            and parts.billing_period_start = of_{{ kind }}.billing_period_start
            and parts.{{ column }} = of_{{ kind }}.value
            and parts.charge_date >= of_{{ kind }}.in_force_from
            and parts.charge_date < of_{{ kind }}.in_force_until
    {% endfor %}

)

select * from ruled
