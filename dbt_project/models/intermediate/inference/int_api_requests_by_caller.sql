-- Calls of API models by caller and day. The calls of callers come from the telemetry
-- that knows callers; what the metering telemetry counts beyond them is a row without a
-- caller. A gateway that names no account is set against all accounts of the model. A
-- window that counts no requests says nothing about them.
{%- set counts = [
    'request_count', 'failed_request_count', 'retried_request_count',
    'cache_served_request_count', 'truncated_request_count', 'latency_ms',
    'latency_request_count', 'input_token_count', 'cache_read_token_count',
    'cache_write_token_count', 'output_token_count', 'truncated_token_count',
] %}
with

model_usage as (

    select
        * exclude (sub_account_id, model_id),
        coalesce(sub_account_id, 'unassigned') as sub_account_id,
        coalesce(model_id, 'unassigned') as model_id,
        coalesce(input_uncached_tokens, 0) + coalesce(input_cache_read_tokens, 0)
        + coalesce(input_cache_write_tokens, 0) as input_token_count,
        input_cache_read_tokens as cache_read_token_count,
        input_cache_write_tokens as cache_write_token_count,
        output_tokens as output_token_count,
        truncated_output_tokens as truncated_token_count
    from {{ ref('int_model_usage_ranked') }}
    where request_count is not null and provider_name != 'self-hosted'

),

attributed as (

    select
        provider_name,
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
        {% for count in counts %}
        sum(coalesce({{ count }}, 0)) as {{ count }},
        {% endfor %}
        usage_date
    from model_usage
    where is_attributing
    group by all

),

beyond as (

    select
        provider_name,
        sub_account_id,
        model_id,
        processing_tier,
        {% for count in counts %}
        sum(case when is_metering then coalesce({{ count }}, 0) else 0 end)
        - sum(case when is_attributing then coalesce({{ count }}, 0) else 0 end)
            as {{ count }},
        {% endfor %}
        usage_date
    from model_usage
    group by all

),

-- Below 0 are calls whose account the gateway does not name. A vendor's report does not
-- say which answers were cut off, which takes nothing from those that a log knows.
netted as (

    select
        provider_name,
        case when has_unplaced then 'unassigned' else sub_account_id end
            as sub_account_id,
        model_id,
        processing_tier,
        {% for count in counts %}
        {% if count.startswith('truncated') %}
        greatest(0, sum({{ count }})) as {{ count }},
        {% else %}
        sum({{ count }}) as {{ count }},
        {% endif %}
        {% endfor %}
        usage_date
    from (
        select
            *,
            min(request_count) over (
                partition by provider_name, model_id, processing_tier, usage_date
            ) < 0 as has_unplaced
        from beyond
    ) as placed
    group by all

),

calls as (

    select * from attributed

    union all by name

    select * from netted
    where request_count > 0

)

select * from calls
