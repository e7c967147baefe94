-- Under which names telemetry may speak of a node of the ledger: its own, its resources',
-- and what telemetry itself calls the node of a resource (a cluster's node name is on no
-- bill). A name that several nodes have means the one that is known by it best.
with

charges as (

    select * from {{ ref('int_machine_charges') }}

),

gpu_usage as (

    select * from {{ ref('stg_usage__gpu_usage') }}

),

allocation as (

    select * from {{ ref('stg_usage__kubernetes_allocation') }}

),

deployments as (

    select * from {{ ref('stg_lists__deployments') }}

),

telemetry as (

    {% for source in ['gpu_usage', 'allocation', 'deployments'] %}
    select
        resource_id,
        node_name
    from {{ source }}
    where resource_id is not null and node_name is not null

    {% if not loop.last %}union{% endif %}
    {% endfor %}

),

resources as (

    select
        source_name,
        node_name,
        resource_id,
        max(resource_name) as resource_name,
        sum(effective_cost) as effective_cost
    from charges
    where is_machine
    group by all

),

named as (

    select
        *,
        resource_id as name,
        1 as name_rank
    from resources

    union all by name

    select
        *,
        node_name as name,
        2 as name_rank
    from resources

    union all by name

    select
        resources.*,
        telemetry.node_name as name,
        3 as name_rank
    from resources
    inner join telemetry
        on lower(resources.resource_id) = lower(telemetry.resource_id)

    union all by name

    select
        *,
        resource_name as name,
        4 as name_rank
    from resources
    where resource_name is not null

),

chosen as (

    select
        lower(name) as machine_name,
        source_name,
        node_name
    from named
    qualify
        row_number() over (
            partition by lower(name)
            order by name_rank asc, effective_cost desc, source_name asc, node_name asc
        ) = 1

)

select * from chosen
