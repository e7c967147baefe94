-- Sampled calls with what they cost at the day's rates.
with

requests as (

    select * from {{ ref('stg_usage__model_requests') }}

),

rates as (

    select * from {{ ref('int_token_rates_by_model_daily') }}

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

priced as (

    select
        requests.source_name,
        requests.provider_name,
        coalesce(rates.model_id, requests.model_id, 'unassigned') as model_id,
        requests.processing_tier,
        {% for name in [
            'project_name', 'workload_name', 'feature_name', 'tenant_id',
            'environment_name',
        ] %}
        {{ caller_label('requests', name) }} as {{ name }},
        {% endfor %}
        coalesce(rates.billing_currency, 'unassigned') as billing_currency,
        requests.sample_weight,
        requests.output_tokens,
        requests.reasoning_tokens,
        requests.is_served,
        {{ call_cost('requests', 'rates') }} as estimated_cost,
        requests.latency_ms,
        requests.time_to_first_token_ms,
        requests.usage_date

    from requests

    cross join settings

    left join rates
        on
            requests.provider_name = rates.provider_name
            and coalesce(requests.sub_account_id, 'unassigned') = rates.sub_account_id
            and requests.model_id = rates.reported_model_id
            and requests.processing_tier = rates.processing_tier
            and requests.usage_date = rates.charge_date

)

select * from priced
