-- Answers of API models by account and month. A count that misses requests that were
-- paid for is no count.
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
        case
            when count_if(inference_count is null and effective_cost > 0) = 0
                then sum(inference_count)
        end as request_count
    from answers
    where hosting = 'api'
    group by all

)

select * from summed_to_month
