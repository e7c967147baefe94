-- Until when the work of an attempt survives: all of it when it completed or still runs; up
-- to its last checkpoint when it broke off and the run was completed later; nothing when
-- it was not. What breaks off after its run was completed is resumed by nothing.
with

described as (

    select * from {{ ref('int_training_attempts_described') }}

),

with_lineage as (

    select
        *,
        bool_or(status in ('completed', 'running')) over (
            partition by run_id
            order by ended_at
            range between current row and unbounded following
        ) as is_kept,
        list_max(list_filter(
            checkpoints_at,
            lambda checkpoint: checkpoint between started_at and ended_at
        )) as last_checkpoint_at

    from described

),

judged as (

    select
        *,
        case
            when not is_kept then started_at
            when status in ('completed', 'running') then ended_at
            else coalesce(last_checkpoint_at, started_at)
        end as productive_until

    from with_lineage

)

select * from judged
