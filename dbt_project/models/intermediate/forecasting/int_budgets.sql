-- Budgets under the name of their scope in showback, so that one of `Search Team` is spent
-- by what is tagged `search-team`. What is spelled exactly alike comes first.
with

budgets as (

    select * from {{ ref('stg_lists__budgets') }}

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

named as (

    select distinct
        scope_type,
        scope_value
    from {{ ref('int_scope_costs_daily') }}

),

scopes as (

    select
        named.scope_type,
        {{ canonical_tag('named.scope_value', 'settings.tag_value_aliases') }}
            as spelling,
        min(named.scope_value) as scope_value
    from named
    cross join settings
    group by all

),

final as (

    select
        budgets.* replace (coalesce(
            named.scope_value, scopes.scope_value, budgets.scope_value
        ) as scope_value)
    from budgets
    cross join settings
    left join named
        on
            budgets.scope_type = named.scope_type
            and budgets.scope_value = named.scope_value
    left join scopes
        on
            budgets.scope_type = scopes.scope_type
            and {{ canonical_tag('budgets.scope_value', 'settings.tag_value_aliases') }}
            = scopes.spelling

)

select * from final
