-- What was paid for by the unit: inferences, tokens of API models, hours of GPUs, each with
-- the scopes that it is part of, in the reporting currency. What has no rate stays out.
with

inferences as (

    select * from {{ ref('fct_inference_costs_daily') }}

),

tokens as (

    select * from {{ ref('int_token_charges') }}

),

gpu_hours as (

    select * from {{ ref('int_gpu_hours_daily') }}

),

converted as (

    select * from {{ ref('int_exchange_rates_by_charge_day') }}
    where exchange_rate is not null

),

counted as (

    select
        'inferences' as unit_name,
        source_name,
        service_provider_name,
        if(hosting = 'api', 'llm_api', 'gpu') as ai_cost_class,
        project_name,
        feature_name,
        tenant_id,
        environment_name,
        model_id,
        workload_name,
        sub_account_id as item_account,
        model_id as item_model,
        billing_currency,
        charge_date,
        billing_period_start,
        inference_count as quantity,
        effective_cost
    from inferences

    union all by name

    select
        'tokens' as unit_name,
        source_name,
        service_provider_name,
        'llm_api' as ai_cost_class,
        model_id,
        coalesce(sub_account_id, 'unassigned') as item_account,
        model_id as item_model,
        billing_currency,
        charge_date,
        billing_period_start,
        token_count as quantity,
        effective_cost
    from tokens

    union all by name

    -- The machines of a source are one item by type: whose they are moves no price.
    select
        'GPU hours' as unit_name,
        source_name,
        service_provider_name,
        'gpu' as ai_cost_class,
        coalesce(instance_type, 'unknown') as item_model,
        '' as item_account,
        billing_currency,
        charge_date,
        billing_period_start,
        available_gpu_hours as quantity,
        effective_cost
    from gpu_hours

),

final as (

    select
        counted.* exclude (effective_cost, quantity, billing_currency),
        converted.reporting_currency as currency,
        {{ money('counted.quantity') }} as quantity,
        {{ converted('counted.effective_cost', 'converted') }} as effective_cost
    from counted
    inner join converted
        using (billing_currency, charge_date, billing_period_start)

)

select * from final
