with

rented as (

    select
        'rented' as hosting,
        *,
        effective_cost as busy_cost
    from {{ ref('int_rented_inferences') }}

),

counted as (

    select
        *,
        request_count
        - coalesce(failed_request_count, 0)
        - coalesce(retried_request_count, 0) as inference_count
    from rented

),

divided as (

    select
        hosting,
        source_name,
        service_provider_name,
        sub_account_id,
        model_id,
        processing_tier,
        project_name,
        workload_name,
        feature_name,
        tenant_id,
        environment_name,
        coalesce(attribution_method, 'none') as attribution_method,
        billing_currency,
        cast(inference_count as bigint) as inference_count,
        cast(failed_request_count as bigint) as failed_request_count,
        cast(retried_request_count as bigint) as retried_request_count,
        cast(cache_served_request_count as bigint) as cache_served_request_count,
        {{ money('coalesce(billed_cost, 0)') }} as billed_cost,
        {{ money('coalesce(effective_cost, 0)') }} as effective_cost,
        {{ money('coalesce(busy_cost, 0)') }} as busy_cost,
        {{ money('coalesce(effective_cost, 0) - coalesce(busy_cost, 0)') }}
            as idle_cost,
        {{ unit_cost('coalesce(effective_cost, 0)', 'inference_count') }}
            as cost_per_inference,
        {{ unit_cost('coalesce(busy_cost, 0)', 'inference_count') }}
            as busy_cost_per_inference,
        {{ unit_cost('latency_ms', 'latency_request_count') }} as mean_latency_ms,
        charge_date,
        billing_period_start

    from counted

)

select * from divided
