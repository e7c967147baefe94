-- What each pipeline run cost, of every charge of what pipelines ran on. Machines are paid
-- by the hour: a run has the seconds of the window in which it ran, and the rest is
-- nobody's. What is paid by use (DBUs, GB, requests) was used by the runs of the window.
{%- set charge = 'delivery_id, source_row_number, source_row_part' %}
with

runs as (

    select
        pipeline_name,
        run_id,
        lower(resource_id) as resource_key,
        started_at,
        -- Of a run without an end nobody knows how long it held anything.
        coalesce(ended_at, started_at) as held_until
    from {{ ref('stg_usage__pipeline_runs') }}

),

charges as (

    select
        *,
        date_diff('second', charge_period_start, charge_period_end) as charge_seconds
    from {{ ref('int_pipeline_charges') }}

),

held as (

    select
        charges.delivery_id,
        charges.source_row_number,
        charges.source_row_part,
        runs.pipeline_name,
        runs.run_id,
        sum(date_diff(
            'second',
            greatest(charges.charge_period_start, runs.started_at),
            least(charges.charge_period_end, runs.held_until)
        )) as held_seconds
    from charges
    inner join runs
        on
            runs.resource_key in (
                lower(charges.resource_id), lower(charges.resource_name),
                lower(charges.node_tag)
            )
            and charges.charge_period_start < runs.held_until
            and charges.charge_period_end > runs.started_at
    group by all

),

sums as (

    select
        {{ charge }},
        sum(held_seconds) as held_seconds
    from held
    where held_seconds > 0
    group by all

),

wholes as (

    select
        charges.delivery_id,
        charges.source_row_number,
        charges.source_row_part,
        coalesce(sums.held_seconds, 0) as all_held_seconds,
        case
            when charges.is_machine_time or sums.held_seconds is null
                then greatest(charges.charge_seconds, all_held_seconds, 1)
            else all_held_seconds
        end as whole
    from charges
    left join sums using ({{ charge }})

),

parts as (

    select * from held
    where held_seconds > 0
    union all by name
    select
        {{ charge }},
        'unassigned' as pipeline_name,
        'unassigned' as run_id,
        whole - all_held_seconds as held_seconds
    from wholes
    where whole > all_held_seconds

),

shared as (

    select
        parts.*,
        wholes.whole,
        sum(parts.held_seconds) over (
            partition by {{ charge }} order by parts.pipeline_name, parts.run_id
        ) as running
    from parts
    inner join wholes using ({{ charge }})

)

select * from shared
