-- Costs per day and owner, before shared costs are shared out, with the cost that weighs
-- them against each other in one currency.
{%- set names = [
    'sub_account_id', 'model_id', 'team_name', 'project_name', 'workload_name',
    'feature_name', 'tenant_id', 'environment_name', 'pricing_category',
] %}
{%- set costs = ['billed_cost', 'effective_cost', 'contracted_cost', 'list_cost'] %}
with

owned as (

    select * from {{ ref('int_charges_allocated') }}

),

scheduled as (

    select
        *,
        true as is_scheduled
    from {{ ref('int_charges_scheduled') }}

),

converted as (

    select * from {{ ref('int_exchange_rates_by_charge_day') }}

),

summed_to_day as (

    select
        source_name,
        service_provider_name,
        ai_cost_class,
        service_category,
        service_name,
        {% for name in names %}
        coalesce({{ name }}, 'unassigned') as {{ name }},
        {% endfor %}
        charge_category,
        commitment_discount_id,
        coalesce(commitment_discount_status = 'Unused', false) as is_unused_commitment,
        coalesce(is_scheduled, false) as is_scheduled,
        replaced_on,
        allocation_step,
        allocation_method,
        billing_currency,
        {% for cost in costs %}
        {{ money('sum(' ~ cost ~ ')') }} as {{ cost }},
        {% endfor %}
        charge_date,
        billing_period_start
    from owned
    left join scheduled
        using (delivery_id, source_row_number, source_row_part, billing_period_start)
    group by all

),

weighed as (

    select
        summed_to_day.*,
        {{ money('coalesce(' ~ converted('summed_to_day.effective_cost', 'converted')
            ~ ', 0)') }} as weighing_cost
    from summed_to_day
    left join converted using (billing_currency, charge_date, billing_period_start)

)

select * from weighed
