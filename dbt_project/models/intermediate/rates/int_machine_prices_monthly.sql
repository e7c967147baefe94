-- What an hour of each instance type cost on demand in a month of this ledger, and what its
-- bills list for it. What was paid on Spot, or for a commitment, is no price at which another
-- machine can be had.
with

charges as (

    select * from {{ ref('int_machine_hour_charges') }}
    where instance_type is not null

),

list_prices as (

    select
        service_provider_name,
        instance_type,
        billing_currency,
        billing_period_start,
        max(on_demand_unit_price) as list_price_per_hour
    from {{ ref('int_on_demand_prices_monthly') }}
    where lower(pricing_unit) = 'hours'
    group by all

),

summed_to_type as (

    select
        source_name,
        instance_type,
        billing_currency,
        billing_period_start,
        max(service_provider_name) as service_provider_name,
        {{ unit_cost(
            "sum(case pricing_category when 'Standard' then effective_cost end)",
            "sum(case pricing_category when 'Standard' then machine_hours end)"
        ) }} as price_per_hour
    from charges
    group by all

)

select
    summed_to_type.* exclude (service_provider_name),
    list_prices.list_price_per_hour
from summed_to_type
left join list_prices
    using (
        service_provider_name, instance_type, billing_currency, billing_period_start
    )
