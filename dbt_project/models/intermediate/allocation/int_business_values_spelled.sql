-- What AI earned, under the project's name in showback, so that the value of `Search Team`
-- meets the cost of its tag `search-team`. Tags are spelled alike, but a rule names its
-- project as its owner wrote it. A project without cost is spelled as its tag would be.
with

business_values as (

    select * from {{ ref('int_business_values_converted') }}

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

named as (

    select distinct project_name
    from {{ ref('int_shared_costs_allocated') }}
    where project_name is not null

),

projects as (

    select
        {{ caller_label('named', 'project_name') }} as spelling,
        min(named.project_name) as project_name
    from named
    cross join settings
    group by all

),

spelled as (

    select
        business_values.* replace (coalesce(
            named.project_name,
            projects.project_name,
            {{ caller_label('business_values', 'project_name') }}
        ) as project_name)
    from business_values
    cross join settings
    left join named using (project_name)
    left join projects
        on {{ caller_label('business_values', 'project_name') }} = projects.spelling

)

select * from spelled
