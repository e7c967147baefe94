-- Calls of self-hosted models, by caller and day, with the machine where the
-- telemetry names it. The calls of callers come from the telemetry that knows callers;
-- what the servers count beyond them is a row without a caller; a count that they do not
-- tell is unknown. Tokens that a cache answered cost next to nothing, so they weigh
-- nothing; calls without a token weigh as requests.
{%- set counts = call_counts() + ['computed_input_count'] %}
with

machines as (

    select * from {{ ref('int_node_names') }}

),

usage as (

    select
        *,
        coalesce(model_id, 'unassigned') as served_model_id,
        case when failed_request_count is not null then request_count end
            as failure_known_request_count,
        failed_tokens as failed_token_count,
        {{ input_tokens() }} as input_token_count,
        input_cache_read_tokens as cache_read_token_count,
        input_cache_write_tokens as cache_write_token_count,
        output_tokens as output_token_count,
        truncated_output_tokens as truncated_token_count,
        coalesce(input_uncached_tokens, 0) + coalesce(input_cache_write_tokens, 0)
            as computed_input_count
    from {{ ref('int_model_usage_ranked') }}
    where provider_name = 'self-hosted' and (is_metering or is_attributing)

),

attributed as (

    select
        machines.source_name,
        machines.node_name,
        usage.served_model_id as model_id,
        usage.processing_tier,
        usage.project_name,
        usage.workload_name,
        usage.feature_name,
        usage.tenant_id,
        usage.environment_name,
        usage.prompt_name,
        usage.prompt_version,
        {% for count in counts %}
        sum(usage.{{ count }}) as {{ count }},
        {% endfor %}
        usage.usage_date
    from usage
    left join machines on lower(usage.resource_id) = machines.machine_name
    where usage.is_attributing
    group by all

),

beyond as (

    select
        served_model_id as model_id,
        processing_tier,
        {% for count in counts %}
        case
            when count({{ count }}) filter (where is_metering) > 0
                then greatest(
                    0,
                    sum({{ count }}) filter (where is_metering)
                    - coalesce(sum({{ count }}) filter (where is_attributing), 0)
                )
        end as {{ count }},
        {% endfor %}
        usage_date
    from usage
    group by all

),

calls as (

    select * from attributed

    union all by name

    select * from beyond
    where request_count > 0 or computed_input_count > 0 or output_token_count > 0

)

select
    *,
    {{ money('coalesce(computed_input_count, 0)') }} as input_weight,
    {{ money('coalesce(output_token_count, 0)') }} as output_weight,
    {{ money(
        'case when coalesce(computed_input_count, 0) + coalesce(output_token_count, 0)'
        ~ ' = 0 then coalesce(request_count, 0) else 0 end'
    ) }} as request_weight,
    row_number() over (
        order by
            source_name, node_name, model_id, processing_tier, project_name,
            workload_name, feature_name, tenant_id, environment_name, prompt_name,
            prompt_version, {{ counts | join(', ') }}, usage_date
    ) as call_number
from calls
