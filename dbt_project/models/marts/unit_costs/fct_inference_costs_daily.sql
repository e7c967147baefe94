with

api_charges as (

    select * from {{ ref('int_api_charges') }}

),

served as (

    select * from {{ ref('int_inferences_served') }}

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
