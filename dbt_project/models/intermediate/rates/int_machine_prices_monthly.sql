-- What an hour of each instance type cost in a month of this ledger, at the ordinary price
-- where somebody paid it, else at whatever was paid.
with

charges as (

    select * from {{ ref('int_machine_hour_charges') }}
    where instance_type is not null

),

summed_to_type as (

    select
        source_name,
        instance_type,
        billing_currency,
        billing_period_start,
        pricing_category = 'Standard' as is_ordinary,
        {{ unit_cost('sum(effective_cost)', 'sum(machine_hours)') }} as price_per_hour
    from charges
    group by all

),

chosen as (

    select * exclude (is_ordinary)
    from summed_to_type
    qualify
        row_number() over (
            partition by
                source_name, instance_type, billing_currency, billing_period_start
            order by coalesce(is_ordinary, false) desc
        ) = 1

)

select * from chosen
