-- What an hour of each instance type cost on demand in a month of this ledger. What was paid
-- on Spot, or for a commitment, is no price at which another machine can be had.
with

charges as (

    select * from {{ ref('int_machine_hour_charges') }}
    where instance_type is not null and pricing_category = 'Standard'

),

summed_to_type as (

    select
        source_name,
        instance_type,
        billing_currency,
        billing_period_start,
        {{ unit_cost('sum(effective_cost)', 'sum(machine_hours)') }} as price_per_hour
    from charges
    group by all

)

select * from summed_to_type
