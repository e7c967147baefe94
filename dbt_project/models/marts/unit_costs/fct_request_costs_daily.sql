{%- set caller = 'source_name, provider_name, model_id, processing_tier, '
    ~ 'project_name, workload_name, feature_name, tenant_id, environment_name, '
    ~ 'billing_currency, usage_date' %}
{%- set measures = ['estimated_cost', 'latency_ms', 'time_to_first_token_ms'] %}
with

sampled as (

    select * from {{ ref('int_requests_sampled') }}

),

-- What failed is no request that was answered, at once and for nothing.
requests as (

    select
        * replace (
            {% for measure in measures + ['output_tokens', 'reasoning_tokens'] %}
            case when is_served then {{ measure }} end as {{ measure }}
            {{- ',' if not loop.last }}
            {% endfor %}
        )
    from sampled

),

-- Samples stand for different numbers of requests, so percentiles are by weight.
ranked as (

    select
        *,
        {% for measure in measures %}
        sum(sample_weight) over (
            partition by {{ caller }}
            order by {{ measure }} asc nulls last
            rows unbounded preceding
        ) as {{ measure }}_rank,
        sum(case when {{ measure }} is null then 0 else sample_weight end) over caller
            as {{ measure }}_weight,
        {% endfor %}
        usage_date as sampled_on

    from requests

    window caller as (
        partition by {{ caller }}
    )

),

summed_to_caller as (

    select
        source_name,
        provider_name,
        model_id,
        processing_tier,
        project_name,
        workload_name,
        feature_name,
        tenant_id,
        environment_name,
        billing_currency,
        {{ money('coalesce(sum(sample_weight) filter (where is_served), 0)') }}
            as request_count,
        {{ money('coalesce(sum(sample_weight) filter (where not is_served), 0)') }}
            as failed_request_count,
        count(*) filter (where is_served) as sampled_request_count,
        count(estimated_cost) as priced_request_count,
        -- Output of requests whose log says nothing of reasoning tells nothing of it.
        {{ money(
            'sum(sample_weight * output_tokens)'
            ~ ' filter (where reasoning_tokens is not null)'
        ) }} as reasoning_known_token_count,
        {{ money('sum(sample_weight * reasoning_tokens)') }} as reasoning_token_count,
        {{ ratio('reasoning_token_count', 'reasoning_known_token_count') }}
            as reasoning_token_ratio,
        {% for name, measure, share in [
            ('p50_cost_per_request', 'estimated_cost', 0.5),
            ('p95_cost_per_request', 'estimated_cost', 0.95),
            ('p50_latency_ms', 'latency_ms', 0.5),
            ('p95_latency_ms', 'latency_ms', 0.95),
            ('p95_time_to_first_token_ms', 'time_to_first_token_ms', 0.95),
        ] %}
        {{ money(
            'min(' ~ measure ~ ') filter (where ' ~ measure ~ '_rank >= '
            ~ share ~ ' * ' ~ measure ~ '_weight)'
        ) }} as {{ name }},
        {% endfor %}
        usage_date

    from ranked

    group by all

)

select * from summed_to_caller
