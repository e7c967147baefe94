-- Which part of which machine charge an attempt held: the part of the charge's window
-- that it overlaps, times the part of the machine's GPUs that it held. Where attempts
-- together ask for more than the machine has (two jobs on one node), each has its part
-- of it, and only for as long as they do: the charge of a day or a month is cut wherever
-- that changes. Of a machine that was up for 6 of the charge's 24 hours, an attempt of 6
-- hours held all. The GPU hours that are billed are shared like the money.
{%- set charge = 'delivery_id, source_row_number, source_row_part' %}
with

overlapping as (

    select * from {{ ref('int_training_machine_overlaps') }}

),

slices as (

    select * from {{ ref('int_training_machine_scales') }}

),

held as (

    select
        overlapping.* exclude (held_from, held_until),
        greatest(overlapping.held_from, slices.slice_from) as held_from,
        least(overlapping.held_until, slices.slice_until) as held_until,
        {{ hours_between(
            'greatest(overlapping.held_from, slices.slice_from)',
            'least(overlapping.held_until, slices.slice_until)'
        ) }} as held_hours,
        overlapping.gpu_share * slices.scale * held_hours as whole_machine_hours
    from overlapping
    inner join slices
        on
            overlapping.delivery_id = slices.delivery_id
            and overlapping.source_row_number = slices.source_row_number
            and overlapping.source_row_part = slices.source_row_part
            and overlapping.held_from < slices.slice_until
            and overlapping.held_until > slices.slice_from

),

shared as (

    select
        * exclude (gpu_hours),
        greatest(
            0, {{ hours_between('held_from', 'least(held_until, productive_until)') }}
        ) as productive_hours,
        whole_machine_hours / case
            when machine_hours > 0 and machine_hours < charge_hours
                then greatest(
                    machine_hours,
                    {{ exact_sum(
                        'whole_machine_hours', 'over (partition by ' ~ charge ~ ')'
                    ) }}
                )
            else charge_hours
        end as charge_share,
        case
            when gpu_hours is not null then gpu_hours * charge_share
            -- Of a machine whose GPUs no bill counts, an attempt held those that it says.
            when is_machine_time then gpus_on_node * held_hours
        end as gpu_hours
    from held

)

select
    *,
    gpu_hours * productive_hours / held_hours as productive_gpu_hours
from shared
