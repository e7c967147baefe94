-- Langfuse's observations to calls. A usage key is of one class by its name; 'total'
-- is none of them. Spans, agents and tools around a generation repeat what it says.
with observations as (
    {rows}
),

parsed as (
    select
        * exclude (metadata, usage_details, cost_details),
        case when json_valid(metadata) then metadata end as metadata,
        map_entries(cast(cast(usage_details as json) as map(varchar, bigint))) as usage,
        map_entries(
            cast(cast(cost_details as json) as map(varchar, decimal(38, 12)))
        ) as costs
    from observations
),

classed as (
    select
        *,
        list_filter(usage, lambda u: contains(u.key, 'cache')) as cached,
        list_filter(
            usage,
            lambda u: regexp_matches(u.key, '^(input|prompt)')
            and not contains(u.key, 'cache')
        ) as uncached,
        list_filter(usage, lambda u: regexp_matches(u.key, '^(output|completion)'))
            as answered,
        {metadata_labels} as words,
        coalesce(
            metadata ->> '$.provider',
            metadata ->> '$.ls_provider',
            metadata ->> '$.attributes."gen_ai.provider.name"',
            metadata ->> '$.attributes."gen_ai.system"'
        ) as stated_provider,
        -- Of traces that came by OpenTelemetry; a list, or the JSON of one.
        nullif(regexp_extract(
            metadata ->> '$.attributes."gen_ai.response.finish_reasons"', '\w+'
        ), '') as finish_reason
    from parsed
),

summed as (
    select
        *,
        list_sum(list_transform(uncached, lambda u: u.value)) as input_uncached,
        list_sum(list_transform(
            list_filter(
                cached, lambda u: not regexp_matches(u.key, 'creation|write')
            ),
            lambda u: u.value
        )) as cache_read,
        list_sum(list_transform(
            list_filter(cached, lambda u: regexp_matches(u.key, 'creation|write')),
            lambda u: u.value
        )) as cache_write,
        list_sum(list_transform(answered, lambda u: u.value)) as output,
        list_sum(list_transform(
            list_filter(answered, lambda u: contains(u.key, 'reasoning')),
            lambda u: u.value
        )) as reasoning,
        list_sum(list_transform(
            list_filter(costs, lambda c: c.key != 'total'), lambda c: c.value
        )) as cost_of_parts
    from classed
)

select
    delivery_id,
    row_number,
    age,
    updated_at,
    start_time as requested_at,
    id as request_id,
    {logical_request_id} as logical_request_id,
    -- An observation does not say who bills. Its model's name mostly does.
    case
        when stated_provider is not null then {provider}
        when regexp_matches(
            provided_model_name,
            '^(us\.|eu\.|apac\.|global\.)?'
            '(ai21|amazon|anthropic|cohere|deepseek|meta|mistral)\.'
        ) then 'AWS'
        when starts_with(provided_model_name, 'claude-') then 'Anthropic'
        when regexp_matches(
            provided_model_name, '^(gpt-|chatgpt-|o[134](-|$)|text-embedding-)'
        ) then 'OpenAI'
        when starts_with(provided_model_name, 'gemini-') then 'Google Cloud'
        when regexp_matches(provided_model_name, '^(mistral|ministral|codestral)-')
            then 'Mistral AI'
        else 'unassigned'
    end as provider_name,
    {sub_account_id} as sub_account_id,
    user_id,
    coalesce({project_name}, project_id) as project_name,
    {workload_name} as workload_name,
    {feature_name} as feature_name,
    {tenant_id} as tenant_id,
    coalesce(environment, {environment_name}) as environment_name,
    provided_model_name as model_id,
    lower(type) as operation,
    {processing_tier} as processing_tier,
    coalesce(prompt_name, {prompt_name}) as prompt_name,
    coalesce(prompt_version, {prompt_version}) as prompt_version,
    input_uncached as input_uncached_tokens,
    coalesce(cache_read, case when input_uncached is not null then 0 end)
        as input_cache_read_tokens,
    coalesce(cache_write, case when input_uncached is not null then 0 end)
        as input_cache_write_tokens,
    output as output_tokens,
    reasoning as reasoning_tokens,
    level is not distinct from 'ERROR' as is_failed,
    {is_truncated} as is_truncated,
    date_diff('millisecond', start_time, end_time) as latency_ms,
    date_diff('millisecond', start_time, completion_start_time)
        as time_to_first_token_ms,
    coalesce(session_id, {session_id}, trace_id) as session_id,
    {session_name} as session_name,
    {outcome} as outcome,
    coalesce(
        total_cost,
        list_filter(costs, lambda c: c.key = 'total')[1].value,
        cost_of_parts
    ) as gateway_cost,
    'USD' as gateway_cost_currency,
    false as inputs_include_cached,
    case
        when upper(type) not in ('GENERATION', 'EMBEDDING')
            then 'no generation, but a step around one'
    end as no_call
from summed
