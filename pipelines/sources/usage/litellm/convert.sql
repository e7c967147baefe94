-- LiteLLM's spend log to calls. prompt_tokens includes cached and cache-written tokens
-- whoever the provider is, unless a call's own numbers say otherwise: the gateway adds
-- them for those that leave them out. Only a usage_object with input_tokens and without
-- prompt_tokens is a provider's own, and leaves them out.
with logged as (
    {rows}
),

parsed as (
    select
        * exclude (metadata),
        case when json_valid(metadata) then metadata end as metadata,
        case when json_valid(metadata) then metadata end
        -> '$.usage_object' as usage
    from logged
),

counted as (
    select
        *,
        usage -> '$.prompt_tokens_details' as prompt,
        usage -> '$.completion_tokens_details' as completion,
        coalesce(
            usage -> '$.cache_creation_token_details',
            usage -> '$.prompt_tokens_details.cache_creation_token_details',
            usage -> '$.cache_creation'
        ) as writes,
        metadata -> '$.additional_usage_values' as more,
        {metadata_labels} as words,
        {spend_labels} as spend_words,
        {tag_labels} as tags
    from parsed
),

stated as (
    select
        * exclude (prompt_tokens, completion_tokens, total_tokens),
        prompt_tokens as stated_input,
        completion_tokens as stated_output,
        cast(completion ->> '$.reasoning_tokens' as bigint) as stated_reasoning,
        -- The table's own total is one that the gateway adds up.
        coalesce(cast(usage ->> '$.total_tokens' as bigint), total_tokens)
            as stated_total,
        cast(coalesce(
            usage ->> '$.cache_read_input_tokens',
            prompt ->> '$.cached_tokens',
            more ->> '$.cache_read_input_tokens',
            more ->> '$.prompt_tokens_details.cached_tokens'
        ) as bigint) as stated_read,
        cast(coalesce(
            usage ->> '$.cache_creation_input_tokens',
            prompt ->> '$.cache_creation_tokens',
            prompt ->> '$.cache_write_tokens',
            more ->> '$.cache_creation_input_tokens',
            more ->> '$.prompt_tokens_details.cache_creation_tokens'
        ) as bigint) as stated_write,
        cast(coalesce(
            writes ->> '$.ephemeral_1h_input_tokens',
            more ->> '$.cache_creation.ephemeral_1h_input_tokens',
            more ->> concat(
                '$.prompt_tokens_details.cache_creation_token_details',
                '.ephemeral_1h_input_tokens'
            )
        ) as bigint) as write_1h,
        cast(prompt ->> '$.audio_tokens' as bigint) as audio_in,
        cast(prompt ->> '$.image_tokens' as bigint) as image_in,
        cast(completion ->> '$.audio_tokens' as bigint) as audio_out,
        cast(completion ->> '$.image_tokens' as bigint) as image_out,
        case
            when
                usage ->> '$.prompt_tokens' is null
                and usage ->> '$.input_tokens' is not null
                then false
        end as is_inclusive
    from counted
),

decided as (
    {decided}
)

select
    delivery_id,
    row_number,
    age,
    starttime as requested_at,
    request_id,
    coalesce({logical_request_id}, litellm_call_id) as logical_request_id,
    {provider} as provider_name,
    {sub_account_id} as sub_account_id,
    api_key as credential_id,
    "user" as user_id,
    coalesce(
        {project_name},
        nullif(metadata ->> '$.user_api_key_team_alias', ''),
        team_id
    ) as project_name,
    coalesce(
        {workload_name},
        agent_id,
        nullif(metadata ->> '$.user_api_key_alias', '')
    ) as workload_name,
    {feature_name} as feature_name,
    coalesce(end_user, {tenant_id}) as tenant_id,
    {environment_name} as environment_name,
    case when {provider} = 'self-hosted' then api_base end as resource_id,
    case
        when starts_with(model, custom_llm_provider || '/')
            then model[length(custom_llm_provider) + 2:]
        else model
    end as model_id,
    call_type as operation,
    coalesce(
        {processing_tier},
        case when call_type in ('retrieve_batch', 'aretrieve_batch') then 'batch' end,
        nullif(nullif(usage ->> '$.service_tier', 'default'), '')
    ) as processing_tier,
    {prompt_name} as prompt_name,
    {prompt_version} as prompt_version,
    input_uncached_tokens,
    input_cache_read_tokens,
    input_cache_write_tokens,
    output_tokens,
    write_1h as input_cache_write_1h_tokens,
    {input_audio} as input_audio_tokens,
    {input_image} as input_image_tokens,
    {output_audio} as output_audio_tokens,
    {output_image} as output_image_tokens,
    reasoning_tokens,
    coalesce(status, metadata ->> '$.status', 'success') = 'failure' as is_failed,
    lower(coalesce(cache_hit, '')) = 'true' as is_cache_served,
    coalesce(request_duration_ms, date_diff('millisecond', starttime, endtime))
        as latency_ms,
    -- The gateway writes the end where it did not stream.
    case
        when completionstarttime is distinct from endtime
            then date_diff('millisecond', starttime, completionstarttime)
    end as time_to_first_token_ms,
    coalesce(session_id, {session_id}) as session_id,
    {session_name} as session_name,
    {outcome} as outcome,
    spend as gateway_cost,
    'USD' as gateway_cost_currency,
    inputs_include_cached
from decided
