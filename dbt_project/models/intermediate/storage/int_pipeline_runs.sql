-- Runs of data pipelines, and which of them were for nothing.
with

runs as (

    select * from {{ ref('stg_usage__pipeline_runs') }}

),

judged as (

    select
        *,
        {{ hours_between('started_at', 'ended_at') }} as run_hours,
        run_status in ('failed', 'cancelled', 'timed_out') as is_wasted
    from runs

)

select * from judged
