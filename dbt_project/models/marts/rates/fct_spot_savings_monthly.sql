{%- set machine = [
    'service_provider_name', 'service_name', 'instance_type', 'region_id',
    'pricing_unit', 'billing_currency',
] %}
with

machine_time as (

    select * from {{ ref('int_compute_charges_priced') }}

),

-- Spot's price on the days of the last 30 until the month's end, never a constant.
spot_days as (

    select
        {{ machine | join(', ') }},
        charge_date,
        cast(sum(effective_cost) as double) / cast(sum(quantity) as double)
            as spot_unit_price,
        1 - cast(sum(effective_cost) as double) / nullif(
            {{ exact_sum('cast(quantity as double) * on_demand_unit_price') }}, 0
        ) as discount_ratio
    from machine_time
    where paid_as = 'Dynamic' and quantity > 0
    group by all

),

months as (

    select distinct billing_period_start from machine_time

),

observed as (

    select
        {{ machine | join(', ') }},
        months.billing_period_start,
        {{ percentile('spot_unit_price', 0.5, digits=12) }} as observed_spot_unit_price,
        {{ percentile('discount_ratio', 0.5, digits=12) }} as observed_discount_ratio,
        count(*) as observed_day_count
    from months
    inner join spot_days
        on
            spot_days.charge_date
            >= months.billing_period_start + interval 1 month - interval 30 day
            and spot_days.charge_date < months.billing_period_start + interval 1 month
    group by all

),

summed_to_month as (

    select
        source_name,
        sub_account_id,
        {{ machine | join(', ') }},
        max(price_source) as price_source,
        max(on_demand_unit_price) as on_demand_unit_price,
        sum(case paid_as when 'Dynamic' then quantity else 0 end) as spot_quantity,
        sum(quantity) as total_quantity,
        sum(case paid_as when 'Dynamic' then effective_cost else 0 end) as spot_cost,
        sum(case paid_as when 'Dynamic' then lost_cost else 0 end) as lost_work_cost,
        {{ exact_sum("case paid_as when 'Standard' then trained_quantity else 0 end") }}
            as eligible_quantity,
        sum(case paid_as when 'Standard' then trained_cost else 0 end)
            as eligible_cost,
        billing_period_start
    from machine_time
    group by all

),

compared as (

    select
        summed_to_month.*,
        observed.observed_spot_unit_price,
        observed.observed_discount_ratio,
        observed.observed_day_count,
        {{ money('cast(spot_quantity as double) * on_demand_unit_price') }}
            as spot_on_demand_cost
    from summed_to_month
    left join observed using ({{ machine | join(', ') }}, billing_period_start)
    where spot_quantity > 0 or eligible_quantity > 0

),

final as (

    select
        source_name,
        service_provider_name,
        sub_account_id,
        service_name,
        instance_type,
        region_id,
        pricing_unit,
        price_source,
        billing_currency,
        {{ money('spot_quantity') }} as spot_quantity,
        {{ money('total_quantity') }} as total_quantity,
        {{ ratio('spot_quantity', 'total_quantity') }} as spot_ratio,
        {{ money('on_demand_unit_price') }} as on_demand_unit_price,
        {{ money('spot_cost') }} as spot_cost,
        {{ money('case when on_demand_unit_price is null then spot_cost else 0 end') }}
            as unpriced_spot_cost,
        {{ money('spot_on_demand_cost') }} as spot_on_demand_cost,
        {{ money('spot_on_demand_cost - spot_cost') }} as gross_savings,
        {{ money('lost_work_cost') }} as lost_work_cost,
        {{ money('spot_on_demand_cost - spot_cost - lost_work_cost') }} as net_savings,
        {{ money('observed_discount_ratio') }} as observed_discount_ratio,
        coalesce(observed_day_count, 0) as observed_day_count,
        {{ money('eligible_quantity') }} as eligible_quantity,
        {{ money('observed_spot_unit_price') }} as observed_spot_unit_price,
        {{ money('eligible_cost') }} as eligible_cost,
        -- Money against money: at a contract's price the discount from the list is not saved.
        {{ money('eligible_cost - eligible_quantity * observed_spot_unit_price') }}
            as potential_savings,
        billing_period_start
    from compared

)

select * from final
