-- Charges of what pipelines run on: found by the resource's id, its name or the tag of its
-- node.
with

charges as (

    select * from {{ ref('int_resource_charges') }}

),

runs as (

    select distinct lower(resource_id) as resource_key
    from {{ ref('stg_usage__pipeline_runs') }}

),

of_pipelines as (

    select charges.*
    from charges
    semi join runs
        on runs.resource_key in (
            lower(charges.resource_id), lower(charges.resource_name),
            lower(charges.node_tag)
        )

)

select * from of_pipelines
