-- Values of the ledger and of telemetry with the ownership rules whose pattern they fit.
with

found as (

    select distinct
        match_kind,
        source_name,
        value,
        other_name
    from {{ ref('int_ownership_values') }}

),

tag_sets as (

    select
        tags,
        arg_min(tag_values, billing_period_start) as tag_values
    from {{ ref('int_tag_sets') }}
    group by tags

),

rules as (

    select * from {{ ref('stg_lists__ownership_rules') }}

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

-- A resource fits by its id or its name, and perhaps by several names.
matched as (

    select distinct
        found.match_kind,
        found.source_name,
        found.value,
        rules.* exclude (match_kind)
    from found
    cross join settings
    inner join rules
        on
            found.match_kind = rules.match_kind
            and found.source_name = coalesce(rules.ledger_source, found.source_name)
    left join tag_sets on found.match_kind = 'tag' and found.value = tag_sets.tags
    where
        case found.match_kind
            when 'tag'
                then tag_sets.tag_values[
                    {{ canonical_tag('rules.tag_key', 'settings.tag_key_aliases') }}
                ] glob lower(rules.match_pattern)
            else
                lower(found.value) glob lower(rules.match_pattern)
                or coalesce(
                    lower(found.other_name) glob lower(rules.match_pattern), false
                )
        end

)

select * from matched
