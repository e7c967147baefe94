-- Values of the ledger and of telemetry that an ownership rule may be about. A project that
-- a rule itself names has its team in the list of projects, too.
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

    select * from {{ ref('int_allocation_weights') }}

),

tag_sets as (

    select * from {{ ref('int_tag_sets') }}

),

rules as (

    select * from {{ ref('stg_lists__ownership_rules') }}

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

sources as (

    select distinct
        source_name,
        billing_period_start
    from charges

),

found as (

    {% for kind, column in of_charges.items() %}
    select distinct
        '{{ kind }}' as match_kind,
        source_name,
        {{ column }} as value,
        {{ 'resource_name' if kind == 'resource' else 'null' }} as other_name,
        billing_period_start
    from charges

    union

    {% endfor %}
    {% for kind, column in of_splits.items() %}
    select distinct
        '{{ kind }}' as match_kind,
        source_name,
        {{ column }} as value,
        null as other_name,
        billing_period_start
    from splits

    union

    {% endfor %}
    select distinct
        'project' as match_kind,
        charges.source_name,
        tag_sets.label_project as value,
        null as other_name,
        charges.billing_period_start
    from charges
    inner join tag_sets using (tags, billing_period_start)

    union

    select distinct
        'project' as match_kind,
        sources.source_name,
        rules.project_name as value,
        null as other_name,
        sources.billing_period_start
    from rules
    cross join sources

),

spelled as (

    select distinct
        found.* replace (
            case found.match_kind
                when 'project'
                    then
                        {{ canonical_tag('found.value', 'settings.tag_value_aliases') }}
                else found.value
            end as value
        )
    from found
    cross join settings
    where found.value is not null

)

select * from spelled
