-- Which way each metric that a run logged gets better. Of several patterns that name it
-- the one of the lowest rank counts; what none names is last and of no direction.
with

named as (

    select distinct metric_name
    from {{ ref('stg_usage__training_metrics') }}

    union

    select distinct metric_name
    from {{ ref('stg_usage__training_attempts') }}
    where metric_name is not null

),

directions as (

    select * from {{ ref('metric_directions') }}

),

matched as (

    select
        named.metric_name,
        coalesce(directions.better, 'unknown') as better,
        coalesce(directions.is_ratio, false) as is_ratio,
        coalesce(directions.metric_rank, 99) as metric_rank
    from named
    left join directions
        on lower(named.metric_name) like directions.metric_name_like
    qualify
        row_number() over (
            partition by named.metric_name
            order by directions.metric_rank asc nulls last, directions.better asc
        ) = 1

)

select * from matched
