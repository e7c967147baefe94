{%- set caller = [
    'source_name', 'provider_name', 'model_id', 'processing_tier', 'project_name',
    'workload_name', 'feature_name', 'tenant_id', 'environment_name',
    'billing_currency', 'usage_date',
] %}
{%- set percentiles = {
    'estimated_cost': [('p50_cost_per_request', 0.5), ('p95_cost_per_request', 0.95)],
    'latency_ms': [('p50_latency_ms', 0.5), ('p95_latency_ms', 0.95)],
    'time_to_first_token_ms': [('p95_time_to_first_token_ms', 0.95)],
} %}
with

sampled as (

    select * from {{ ref('int_requests_sampled') }}

),

callers as (

    select
        *,
        row_number() over (order by {{ caller | join(', ') }}) as caller_number
    from (select distinct {{ caller | join(', ') }} from sampled) as named

),

-- What failed is no request that was answered, at once and for nothing. A caller is a
-- number from here on: to sort calls by eleven texts takes eight times as long.
requests as (

    select
        callers.caller_number,
        {% for measure in percentiles | list + ['output_tokens', 'reasoning_tokens'] %}
        case when sampled.is_served then sampled.{{ measure }} end as {{ measure }},
        {% endfor %}
        sampled.sample_weight,
        sampled.is_served
    from sampled
    inner join callers
        on
            sampled.usage_date = callers.usage_date
            {% for name in caller[:-1] %}
            and sampled.{{ name }} is not distinct from callers.{{ name }}
            {% endfor %}

),

-- Samples stand for different numbers of requests, so percentiles are by weight.
{% for measure, found in percentiles.items() %}
{{ measure }}_values as (

    select
        caller_number,
        {{ measure }},
        sum(sample_weight) as weight
    from requests
    where {{ measure }} is not null
    group by all

),

{{ measure }}_percentiles as (

    select
        {% for name, share in found %}
        {{ money(
            'min(' ~ measure ~ ') filter (where running_weight >= '
            ~ share ~ ' * whole_weight)'
        ) }} as {{ name }},
        {% endfor %}
        caller_number
    from (
        select
            *,
            sum(weight) over (
                partition by caller_number order by {{ measure }}
            ) as running_weight,
            sum(weight) over (partition by caller_number) as whole_weight
        from {{ measure }}_values
    ) as ordered
    group by all

),

{% endfor %}
summed_to_caller as (

    select
        caller_number,
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
        {{ money('sum(sample_weight * reasoning_tokens)') }} as reasoning_token_count
    from requests
    group by all

),

final as (

    select
        {{ 'callers.' ~ caller[:-1] | join(', callers.') }},
        summed_to_caller.* exclude (caller_number),
        {{ ratio('reasoning_token_count', 'reasoning_known_token_count') }}
            as reasoning_token_ratio,
        {% for found in percentiles.values() %}
        {% for name, _ in found %}
        {{ name }},
        {% endfor %}
        {% endfor %}
        callers.usage_date
    from callers
    inner join summed_to_caller using (caller_number)
    {% for measure in percentiles %}
    left join {{ measure }}_percentiles using (caller_number)
    {% endfor %}

)

select * from final
