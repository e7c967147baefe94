-- Charges that do not come every day: fees, subscriptions, support, taxes, what of a
-- reservation nobody used in a month. One of 900 on the 1st is 900 of the month, not
-- 900 a day, and a refund of an earlier bill is none of every day.
with

lines as (

    select * from {{ ref('int_charge_lines') }}

),

scheduled as (

    select * from {{ ref('int_charge_lines_scheduled') }}

),

-- What comes once is expected again only where it came the month before; no correction is.
final as (

    select
        lines.delivery_id,
        lines.source_row_number,
        lines.source_row_part,
        case
            when lines.is_correction then lines.charge_date
            when
                lines.charge_frequency = 'One-Time' and lines.charge_category != 'Tax'
                and scheduled.earlier_date is null
                then lines.charge_date
            when lines.commitment_end <= lines.charge_date + interval 1 month
                then lines.charge_date
            else scheduled.later_date
        end as replaced_on,
        lines.billing_period_start
    from lines
    inner join scheduled using (line_id, charge_date, billing_period_start)

)

select * from final
