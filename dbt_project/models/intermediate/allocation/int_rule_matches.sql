-- Values of the ledger and of telemetry with the ownership rules whose pattern they fit.
with

said as (

    select * from {{ ref('int_rule_values') }}

),

rules as (

    select * from {{ ref('stg_usage__ownership_rules') }}

),

tag_sets as (

    select * from {{ ref('int_tag_sets') }}

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

-- A resource fits by its id or its name, and perhaps by several names.
matched as (

    select distinct
        said.match_kind,
        said.source_name,
        said.value,
        rules.* exclude (match_kind)
    from said
    cross join settings
    inner join rules
        on
            said.match_kind = rules.match_kind
            and said.source_name = coalesce(rules.ledger_source, said.source_name)
    left join tag_sets on said.match_kind = 'tag' and said.value = tag_sets.tags
    where
        case said.match_kind
            when 'tag'
                then tag_sets.tag_values[
                    {{ canonical_tag('rules.tag_key', 'settings.tag_key_aliases') }}
                ] glob lower(rules.match_pattern)
            else
                lower(said.value) glob lower(rules.match_pattern)
                or coalesce(
                    lower(said.other_name) glob lower(rules.match_pattern), false
                )
        end

)

select * from matched
