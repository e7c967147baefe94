-- Machine time by the day and way of payment, each with what its hour costs on demand:
-- by the list price that the same vendor's bill has for it, else by our own list. A
-- Spot row's own list price is that of Spot. Hours that training held can be interrupted.
{%- set machine = [
    'service_provider_name', 'service_name', 'instance_type', 'region_id',
    'pricing_unit', 'billing_currency',
] %}
with

charges as (

    select * from {{ ref('int_compute_charges') }}

),

attempts as (

    select * from {{ ref('int_training_attempts') }}

),

on_demand as (

    select * from {{ ref('int_on_demand_prices_monthly') }}

),

listed as (

    select * from {{ ref('on_demand_prices') }}

),

trained as (

    select
        held.delivery_id,
        held.source_row_number,
        held.source_row_part,
        sum(held.effective_cost) as effective_cost,
        sum(
            case attempts.status
                when 'preempted' then held.effective_cost - held.productive_cost
                else 0
            end
        ) as lost_cost
    from {{ ref('int_training_charges') }} as held
    inner join attempts
        on held.attempt_id = attempts.attempt_id and held.run_id = attempts.run_id
    group by all

),

summed_to_day as (

    select
        charges.source_name,
        coalesce(charges.sub_account_id, 'unassigned') as sub_account_id,
        {% for name in machine %}
        charges.{{ name }},
        {% endfor %}
        charges.paid_as,
        sum(charges.pricing_quantity) as quantity,
        {{ exact_sum(
            'cast(charges.pricing_quantity as double) * coalesce('
            ~ ratio('trained.effective_cost', 'charges.effective_cost') ~ ', 0)'
        ) }} as trained_quantity,
        sum(coalesce(trained.effective_cost, 0)) as trained_cost,
        sum(charges.effective_cost) as effective_cost,
        sum(coalesce(trained.lost_cost, 0)) as lost_cost,
        charges.charge_date,
        charges.billing_period_start
    from charges
    left join trained using (delivery_id, source_row_number, source_row_part)
    group by all

),

priced as (

    select
        summed_to_day.*,
        coalesce(on_demand.on_demand_unit_price, listed.on_demand_unit_price)
            as on_demand_unit_price,
        case
            when on_demand.on_demand_unit_price is not null then 'bill'
            else coalesce(listed.price_source, 'none')
        end as price_source
    from summed_to_day
    left join on_demand using ({{ machine | join(', ') }}, billing_period_start)
    left join listed using ({{ machine | join(', ') }})

)

select * from priced
