-- Charges with the line of the bill that they are: what comes again under the same name, of
-- the same resource, is one line.
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
        md5(concat_ws(
            '|', source_name, coalesce(sub_account_id, ''), coalesce(service_name, ''),
            charge_category, coalesce(charge_class, ''),
            coalesce(sku_id, sku_meter, charge_description, ''),
            coalesce(commitment_discount_id, ''),
            coalesce(commitment_discount_status, ''), coalesce(resource_id, ''),
            billing_currency
        )) as line_id,
        -- The last days of two months are the same day of both.
        if(charge_date = last_day(charge_date), 31, day(charge_date)) as month_day,
        charge_category in ('Purchase', 'Tax')
        or charge_frequency in ('Recurring', 'One-Time')
        or is_correction
        or charge_period_end - charge_period_start >= interval 27 day
        or (
            commitment_discount_status = 'Unused'
            and charge_date = cast(billing_period_start as date)
        ) as is_stated,
        billing_period_start
    from charges
    where
        charge_category in ('Usage', 'Purchase', 'Tax')
        and (billed_cost != 0 or effective_cost != 0)

)

select * from lines
