with

api_charges as (

    select * from {{ ref('int_api_charges') }}

),

model_usage as (

    select * from {{ ref('stg_usage__model_usage') }}

),

providers as (

    select distinct
        source_name,
        service_provider_name,
        billing_currency
    from api_charges

),

charged as (

    select
        source_name,
        service_provider_name,
        sub_account_id,
        model_id,
        processing_tier,
        billing_currency,
        charge_date,
        billing_period_start,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost

    from api_charges

    group by all

),

-- Failed calls are no inferences; what they cost stays in the numerator.
served as (

    select
        providers.source_name,
        providers.service_provider_name,
        coalesce(model_usage.sub_account_id, 'unassigned') as sub_account_id,
        coalesce(model_usage.model_id, 'unassigned') as model_id,
        model_usage.processing_tier,
        providers.billing_currency,
        model_usage.usage_date as charge_date,
        cast(date_trunc('month', model_usage.usage_date) as timestamp)
            as billing_period_start,
        sum(model_usage.request_count - model_usage.failed_request_count)
            as inference_count

    from model_usage

    inner join providers
        on model_usage.provider_name = providers.service_provider_name

    where model_usage.request_count is not null

    group by all

),

joined as (

    select
        source_name,
        service_provider_name,
        sub_account_id,
        model_id,
        processing_tier,
        billing_currency,
        cast(served.inference_count as bigint) as inference_count,
        {{ money('coalesce(charged.billed_cost, 0)') }} as billed_cost,
        {{ money('coalesce(charged.effective_cost, 0)') }} as effective_cost,
        charge_date,
        billing_period_start

    from charged

    full outer join served using (
        source_name,
        service_provider_name,
        sub_account_id,
        model_id,
        processing_tier,
        billing_currency,
        charge_date,
        billing_period_start
    )

),

divided as (

    select
        source_name,
        service_provider_name,
        sub_account_id,
        model_id,
        processing_tier,
        billing_currency,
        inference_count,
        billed_cost,
        effective_cost,
        {{ unit_cost('effective_cost', 'inference_count') }} as cost_per_inference,
        charge_date,
        billing_period_start

    from joined

)

select * from divided
