-- Which part of what attempts ask for of a machine they get, from one moment to the next:
-- all of it, or where together they ask for more than there is (two jobs on one node),
-- their part. One row per stretch of a charge in which that does not change.
{%- set charge = 'delivery_id, source_row_number, source_row_part' %}
with

overlapping as (

    select * from {{ ref('int_training_machine_overlaps') }}

),

changes as (

    select
        {{ charge }},
        held_from as changed_at,
        gpu_share as change
    from overlapping

    union all

    select
        {{ charge }},
        held_until as changed_at,
        -gpu_share as change
    from overlapping

),

-- Seven sevenths are one to the ninth digit.
scales as (

    select
        {{ charge }},
        changed_at,
        lead(changed_at) over of_charge as unchanged_until,
        1 / greatest(1, round({{ exact_sum('change', 'over of_charge') }}, 9)) as scale
    from (
        select
            {{ charge }},
            changed_at,
            {{ exact_sum('change') }} as change
        from changes
        group by all
    ) as moments
    window of_charge as (partition by {{ charge }} order by changed_at)

),

-- What changes nothing is no cut.
cuts as (

    select
        *,
        sum(case when scale = previous_scale then 0 else 1 end) over (
            partition by {{ charge }} order by changed_at
        ) as slice_number
    from (
        select
            *,
            lag(scale) over (partition by {{ charge }} order by changed_at)
                as previous_scale
        from scales
        where unchanged_until is not null
    ) as ordered

),

slices as (

    select
        {{ charge }},
        scale,
        slice_number,
        min(changed_at) as slice_from,
        max(unchanged_until) as slice_until
    from cuts
    group by {{ charge }}, scale, slice_number

)

select * exclude (slice_number) from slices
