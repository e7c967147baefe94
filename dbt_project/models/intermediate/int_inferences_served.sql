-- Answered requests of rented models. Failed calls are no inferences, where telemetry
-- tells them apart (OpenAI's does not); what they cost stays in the numerator. A window
-- that counts no requests says nothing about them.
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
        sum(
            model_usage.request_count - coalesce(model_usage.failed_request_count, 0)
        )
            as inference_count

    from model_usage

    inner join providers
        on model_usage.provider_name = providers.service_provider_name

    where model_usage.request_count is not null

    group by all

)

select * from served
