-- Langfuse's observations to calls. A usage key is of one class by its name; 'total'
-- is none of them. Spans, agents and tools around a generation repeat what it says.
with observations as (
    {rows}
),

parsed as (
    select
        * exclude (metadata, usage_details, cost_details),
        case when json_valid(metadata) then metadata end as metadata,
        -- A count that is no number is unknown, and so is text that is no JSON.
        list_transform(
            map_entries(cast(
                case when json_valid(usage_details) then usage_details end as json
            )::map(varchar, varchar)),
            lambda u: {{'key': u.key, 'value': try_cast(u.value as bigint)}}
        ) as usage,
        list_transform(
            map_entries(cast(
                case when json_valid(cost_details) then cost_details end as json
            )::map(varchar, varchar)),
            lambda c: {{'key': c.key, 'value': try_cast(c.value as decimal(38, 12))}}
        ) as costs
    from observations
),

-- What a key counts is the class of the first pattern of keys.csv that is in it.
classed as (
    select
        *,
        list_transform(usage, lambda u: {{
            'key': u.key, 'value': u.value, 'class': {class}
        }}) as counts,
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

-- Two tools may say one count under two names; the parts of what was written by how long
-- it is kept may repeat the whole.
counted as (
    select
        * exclude (counts),
        {sums},
        list_sum(list_distinct(list_transform(
            list_filter(counts, lambda c: c.class = 'read'), lambda c: c.value
        ))) as stated_read,
        list_sum(list_distinct(list_transform(
            list_filter(counts, lambda c: c.class = 'write'), lambda c: c.value
        ))) as write_tokens,
        cast({other_quantity} as decimal(38, 12)) as other_quantity,
        {other_unit} as other_unit,
        list_sum(list_transform(
            list_filter(costs, lambda c: c.key != 'total'), lambda c: c.value
        )) as cost_of_parts
    from classed
),

-- Langfuse keeps buckets that have nothing in common, and adds them up to the total where
-- nobody states it; who sends it tokens may state one that its input and output are.
stated as (
    select
        * exclude (write_tokens),
        coalesce(write_1h + coalesce(write_5m, 0), write_5m) as timed_tokens,
        coalesce(total = input + output, false) as is_whole,
        case
            when is_whole then input
            else {input_sum}
        end as stated_input,
        case
            when is_whole then output
            else {output_sum}
        end as stated_output,
        reasoning as stated_reasoning,
        total as stated_total,
        case
            when write_tokens is null or write_tokens = timed_tokens then timed_tokens
            else write_tokens + coalesce(timed_tokens, 0)
        end as stated_write,
        cast(null as boolean) as is_inclusive
    from counted
),

decided as (
    {decided}
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
    input_uncached_tokens,
    input_cache_read_tokens,
    input_cache_write_tokens,
    output_tokens,
    write_1h as input_cache_write_1h_tokens,
    {audio_in} as input_audio_tokens,
    {image_in} as input_image_tokens,
    {audio_out} as output_audio_tokens,
    {image_out} as output_image_tokens,
    reasoning_tokens,
    other_quantity,
    other_unit,
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
    inputs_include_cached,
    case
        when upper(type) not in ('GENERATION', 'EMBEDDING')
            then 'no generation, but a step around one'
    end as no_call
from decided
