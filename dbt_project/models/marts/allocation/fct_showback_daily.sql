{%- set owner = [
    'source_name', 'service_provider_name', 'sub_account_id', 'ai_cost_class',
    'service_category', 'service_name', 'model_id', 'team_name', 'project_name',
    'workload_name', 'feature_name', 'tenant_id', 'environment_name',
    'charge_category', 'pricing_category', 'allocation_step', 'allocation_method',
    'billing_currency',
] %}
{%- set costs = ['billed_cost', 'effective_cost', 'contracted_cost', 'list_cost'] %}
with

shared as (

    select * from {{ ref('int_shared_costs_allocated') }}

),

converted as (

    select * from {{ ref('int_exchange_rates_by_charge_day') }}

),

summed_to_owner as (

    select
        {{ owner | join(', ') }},
        {% for cost in costs %}
        {{ money('sum(' ~ cost ~ ')') }} as {{ cost }},
        {% endfor %}
        charge_date,
        billing_period_start
    from shared
    group by all

),

with_reporting_currency as (

    select
        {% for name in owner + costs %}
        summed_to_owner.{{ name }},
        {% endfor %}
        converted.reporting_currency,
        {{ converted('summed_to_owner.billed_cost', 'converted') }}
            as reporting_billed_cost,
        {{ converted('summed_to_owner.effective_cost', 'converted') }}
            as reporting_effective_cost,
        summed_to_owner.charge_date,
        summed_to_owner.billing_period_start

    from summed_to_owner

    left join converted
        on
            summed_to_owner.billing_currency = converted.billing_currency
            and summed_to_owner.charge_date = converted.charge_date
            and summed_to_owner.billing_period_start = converted.billing_period_start

)

select * from with_reporting_currency
