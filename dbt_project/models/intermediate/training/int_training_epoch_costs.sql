-- A run's machine charges cut at the ends of its epochs. A part is what had been spent by
-- its end, minus what had been by its start, so the parts sum to the charge exactly. A
-- run without epochs, and time that no run held, is one part without a number.
with

charges as (

    select * from {{ ref('int_training_charges') }}

),

epochs as (

    select * from {{ ref('int_training_epochs') }}

),

cut as (

    select
        charges.source_name,
        charges.run_id,
        epochs.epoch_number,
        charges.billing_currency,
        charges.billing_period_start,
        charges.delivery_id,
        charges.source_row_number,
        charges.source_row_part,
        charges.effective_cost,
        charges.productive_cost,
        coalesce({{ hours_between(
            'charges.held_from', 'epochs.window_start'
        ) }} / nullif(charges.held_hours, 0), 0) as share_before,
        coalesce({{ hours_between(
            'charges.held_from', 'epochs.window_end'
        ) }} / nullif(charges.held_hours, 0), 1) as share_until

    from charges

    left join epochs
        on
            charges.run_id = epochs.run_id
            and charges.held_from < epochs.window_end
            and charges.held_until > epochs.window_start

)

select
    source_name,
    run_id,
    epoch_number,
    billing_currency,
    billing_period_start,
    delivery_id,
    source_row_number,
    source_row_part,
    {{ spent_by('effective_cost', 'share_until') }}
    - {{ spent_by('effective_cost', 'share_before') }} as effective_cost,
    {{ spent_by('productive_cost', 'share_until') }}
    - {{ spent_by('productive_cost', 'share_before') }} as productive_cost
from cut
