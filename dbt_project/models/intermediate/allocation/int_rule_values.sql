-- What in the ledger and in telemetry an ownership rule may speak of. A project that a
-- rule itself names has its team in the list of projects, too.
{%- set of_charges = {
    'resource': 'resource_id', 'sub_account': 'sub_account_id',
    'service': 'service_name', 'credential': 'credential_id', 'tag': 'tags',
} %}
{%- set of_splits = {
    'credential': 'credential_id', 'workload': 'workload_name',
    'namespace': 'namespace', 'project': 'project_name',
} %}
with

charges as (

    select * replace (cast(tags as varchar) as tags)
    from {{ ref('stg_ledger__charges') }}

),

splits as (

    select * from {{ ref('int_charge_splits') }}

),

tag_sets as (

    select * from {{ ref('int_tag_sets') }}

),

rules as (

    select * from {{ ref('stg_usage__ownership_rules') }}

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

sources as (

    select distinct source_name from charges

),

said as (

    {% for kind, column in of_charges.items() %}
    select distinct
        '{{ kind }}' as match_kind,
        source_name,
        {{ column }} as value,
        {{ 'resource_name' if kind == 'resource' else 'null' }} as other_name
    from charges

    union

    {% endfor %}
    {% for kind, column in of_splits.items() %}
    select distinct
        '{{ kind }}' as match_kind,
        source_name,
        {{ column }} as value,
        null as other_name
    from splits

    union

    {% endfor %}
    select distinct
        'project' as match_kind,
        charges.source_name,
        tag_sets.label_project as value,
        null as other_name
    from charges
    inner join tag_sets on charges.tags = tag_sets.tags

    union

    select distinct
        'project' as match_kind,
        sources.source_name,
        rules.project_name as value,
        null as other_name
    from rules
    cross join sources

),

spelled as (

    select distinct
        said.* replace (
            case said.match_kind
                when 'project'
                    then {{ canonical_tag('said.value', 'settings.tag_value_aliases') }}
                else said.value
            end as value
        )
    from said
    cross join settings
    where said.value is not null

)

select * from spelled
