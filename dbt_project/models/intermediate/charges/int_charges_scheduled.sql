-- Charges that do not come every day: fees, subscriptions, support, taxes, what of a
-- reservation nobody used in a month. One of 900 on the 1st is 900 of the month, not
-- 900 a day, and a refund of an earlier bill is none of every day. What comes on more than
-- two days of any month is daily, whatever it is called.
with

charges as (

    select * from {{ ref('stg_ledger__charges') }}

),

lines as (

    select
        delivery_id,
        source_row_number,
        source_row_part,
        charge_date,
        charge_category,
        charge_frequency,
        commitment_end,
        coalesce(charge_class = 'Correction', false) as is_correction,
        concat_ws(
            '|', source_name, coalesce(sub_account_id, ''), coalesce(service_name, ''),
            charge_category, coalesce(charge_class, ''),
            coalesce(sku_id, sku_meter, charge_description, ''),
            coalesce(commitment_discount_id, ''),
            coalesce(commitment_discount_status, ''), coalesce(resource_id, ''),
            billing_currency
        ) as line_key,
        -- The last days of two months are the same day of both.
        if(charge_date = last_day(charge_date), 31, day(charge_date)) as month_day,
        charge_category in ('Purchase', 'Tax')
        or charge_frequency in ('Recurring', 'One-Time')
        or is_correction
        or charge_period_end - charge_period_start >= interval 27 day
        or (
            commitment_discount_status = 'Unused'
            and charge_date = cast(billing_period_start as date)
        ) as is_stated
    from charges
    where
        charge_category in ('Usage', 'Purchase', 'Tax')
        and (billed_cost != 0 or effective_cost != 0)

),

months as (

    select
        line_key,
        count(distinct charge_date) as day_count,
        min(month_day) as first_month_day,
        max(month_day) as last_month_day,
        bool_or(is_stated) as is_stated
    from lines
    group by line_key, date_trunc('month', charge_date)

),

-- Usage that no word tells from daily usage is monthly when it came once a month, on one
-- day of it (a time zone moves it by one), in two months or more.
scheduled_lines as (

    select line_key
    from months
    group by line_key
    having
        max(day_count) <= 2
        and (
            bool_or(is_stated)
            or (
                count(*) >= 2
                and max(day_count) = 1
                and max(last_month_day) - min(first_month_day) <= 1
            )
        )

),

-- Three weeks on, the next one is this one again; sooner, another of the same month.
dated as (

    select
        lines.*,
        max(charge_date) over (
            partition by line_key order by charge_date
            range between interval 40 day preceding and interval 21 day preceding
        ) as earlier_date,
        min(charge_date) over (
            partition by line_key order by charge_date
            range between interval 21 day following and interval 40 day following
        ) as later_date
    from lines
    inner join scheduled_lines using (line_key)

),

-- What comes once is expected again only where it came the month before; no correction is.
final as (

    select
        delivery_id,
        source_row_number,
        source_row_part,
        case
            when is_correction then charge_date
            when
                charge_frequency = 'One-Time' and charge_category != 'Tax'
                and earlier_date is null
                then charge_date
            when commitment_end <= charge_date + interval 1 month then charge_date
            else later_date
        end as replaced_on
    from dated

)

select * from final
