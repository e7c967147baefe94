-- What the bills list for an hour of a machine that is not on Spot, for each month.
{%- set machine = [
    'service_provider_name', 'service_name', 'instance_type', 'region_id',
    'pricing_unit', 'billing_currency',
] %}
with

machine_time as (

    select * from {{ ref('int_compute_charges') }}

),

billed_prices as (

    select
        {{ machine | join(', ') }},
        billing_period_start as priced_in,
        {{ of_largest('list_unit_price', 'pricing_quantity') }} as on_demand_unit_price
    from machine_time
    where paid_as != 'Dynamic' and list_unit_price is not null
    group by all

),

months as (

    select distinct billing_period_start from machine_time

),

-- A month that has the machine on Spot alone takes the last price that was billed.
on_demand as (

    select
        {{ machine | join(', ') }},
        months.billing_period_start,
        arg_max(on_demand_unit_price, priced_in) as on_demand_unit_price
    from billed_prices
    inner join months
        on billed_prices.priced_in <= months.billing_period_start
    group by all

)

select * from on_demand
