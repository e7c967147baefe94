-- Values of the ledger and of telemetry with the ownership rules whose pattern they fit. A
-- project that a rule itself names has its team in the list of projects, too.
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

    select distinct source_name from charges

),

found as (

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

),

-- A resource fits by its id or its name, and perhaps by several names.
matched as (

    select distinct
        spelled.match_kind,
        spelled.source_name,
        spelled.value,
        rules.* exclude (match_kind)
    from spelled
    cross join settings
    inner join rules
        on
            spelled.match_kind = rules.match_kind
            and spelled.source_name = coalesce(rules.ledger_source, spelled.source_name)
    left join tag_sets on spelled.match_kind = 'tag' and spelled.value = tag_sets.tags
    where
        case spelled.match_kind
            when 'tag'
                then tag_sets.tag_values[
                    {{ canonical_tag('rules.tag_key', 'settings.tag_key_aliases') }}
                ] glob lower(rules.match_pattern)
            else
                lower(spelled.value) glob lower(rules.match_pattern)
                or coalesce(
                    lower(spelled.other_name) glob lower(rules.match_pattern), false
                )
        end

)

select * from matched
