with

api as (

    select
        'api' as hosting,
        *,
        effective_cost as busy_cost
    from {{ ref('int_api_inferences') }}

),

self_hosted as (

    select
        'self_hosted' as hosting,
        true as is_billed,
        *
    from {{ ref('int_self_hosted_inferences') }}

),

hosted as (

    select * from api
    union all by name
    select * from self_hosted

),

-- What no model worked for costs nothing; what API calls cost that no charge meets is as
-- unknown as what a self-hosted machine did without anybody looking.
counted as (

    select
        * replace (
            {% for cost in ['billed_cost', 'effective_cost', 'busy_cost'] %}
            {{ money(
                "case when hosting = 'api' and is_billed then coalesce(" ~ cost
                ~ ", 0) else " ~ cost ~ " end"
            ) }} as {{ cost }}{{ ',' if not loop.last }}
            {% endfor %}
        ),
        {{ answered() }} as inference_count,
        input_token_count + output_token_count as token_count
    from hosted

),

known as (

    select
        *,
        case when is_billed then effective_cost end as known_cost,
        case when is_billed then busy_cost end as known_busy_cost,
        case when is_billed then input_cost end as known_input_cost,
        case when is_billed then output_cost end as known_output_cost
    from counted

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
        prompt_name,
        prompt_version,
        coalesce(attribution_method, 'none') as attribution_method,
        is_billed,
        billing_currency,
        cast(inference_count as bigint) as inference_count,
        cast(failed_request_count as bigint) as failed_request_count,
        cast(
            case
                when inference_count is not null
                    then coalesce(failure_known_request_count, 0)
            end as bigint
        ) as failure_known_request_count,
        cast(retried_request_count as bigint) as retried_request_count,
        cast(cache_served_request_count as bigint) as cache_served_request_count,
        cast(truncated_request_count as bigint) as truncated_request_count,
        cast(uncounted_request_count as bigint) as uncounted_request_count,
        cast(input_token_count as bigint) as input_token_count,
        cast(cache_read_token_count as bigint) as cache_read_token_count,
        cast(cache_write_token_count as bigint) as cache_write_token_count,
        cast(output_token_count as bigint) as output_token_count,
        cast(truncated_token_count as bigint) as truncated_token_count,
        cast(failed_token_count as bigint) as failed_token_count,
        billed_cost,
        effective_cost,
        busy_cost,
        effective_cost - busy_cost as idle_cost,
        token_split_basis,
        {{ money('input_cost') }} as input_cost,
        {{ money('output_cost') }} as output_cost,
        {{ money(
            'effective_cost - coalesce(input_cost, 0) - coalesce(output_cost, 0)'
        ) }} as unsplit_cost,
        {{ ratio('known_busy_cost', 'known_cost') }} as utilization_ratio,
        {{ unit_cost('known_cost', 'inference_count') }} as cost_per_inference,
        {{ unit_cost('known_busy_cost', 'inference_count') }}
            as busy_cost_per_inference,
        {{ unit_cost('known_cost', 'token_count', per=1000000) }}
            as cost_per_1m_tokens,
        {{ unit_cost('known_busy_cost', 'token_count', per=1000000) }}
            as busy_cost_per_1m_tokens,
        {{ unit_cost('known_cost', 'output_token_count', per=1000000) }}
            as whole_cost_per_1m_output_tokens,
        {{ unit_cost('known_input_cost', 'input_token_count', per=1000000) }}
            as input_cost_per_1m_tokens,
        {{ unit_cost('known_output_cost', 'output_token_count', per=1000000) }}
            as output_cost_per_1m_tokens,
        {{ unit_cost('latency_ms', 'latency_request_count') }} as mean_latency_ms,
        charge_date,
        billing_period_start

    from known

)

select * from divided
