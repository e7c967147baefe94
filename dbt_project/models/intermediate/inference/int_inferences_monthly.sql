-- Answers of API models by account and month, and which part of the cost they stand for:
-- a charge that no telemetry counts takes nothing from what is counted, but two months
-- compare only where the same part is.
with

answers as (

    select * from {{ ref('int_inferences_daily') }}

),

summed_to_month as (

    select
        source_name,
        service_provider_name,
        sub_account_id,
        billing_currency,
        billing_period_start,
        sum(inference_count) as request_count,
        {{ ratio(
            'sum(effective_cost) filter (where inference_count is not null)',
            'sum(effective_cost)'
        ) }} as counted_cost_ratio
    from answers
    where hosting = 'api'
    group by all

)

select * from summed_to_month
