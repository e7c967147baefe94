-- LiteLLM's spend log to calls. prompt_tokens includes cached and cache-written tokens
-- whoever the provider is: the gateway adds them for those that leave them out. Only a
-- usage_object with input_tokens and without prompt_tokens is a provider's own, and
-- leaves them out.
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
        usage ->> '$.prompt_tokens' is null
        and usage ->> '$.input_tokens' is not null as is_raw,
        cast(coalesce(
            usage ->> '$.cache_read_input_tokens',
            usage ->> '$.prompt_tokens_details.cached_tokens',
            metadata ->> '$.additional_usage_values.cache_read_input_tokens',
            metadata
            ->> '$.additional_usage_values.prompt_tokens_details.cached_tokens'
        ) as bigint) as stated_cache_read,
        cast(coalesce(
            usage ->> '$.cache_creation_input_tokens',
            usage ->> '$.prompt_tokens_details.cache_creation_tokens',
            metadata ->> '$.additional_usage_values.cache_creation_input_tokens'
        ) as bigint) as stated_cache_write,
        {metadata_labels} as words,
        {spend_labels} as spend_words,
        {tag_labels} as tags
    from parsed
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
    case
        when is_raw then prompt_tokens
        else
            prompt_tokens
            - coalesce(stated_cache_read, 0)
            - coalesce(stated_cache_write, 0)
    end as input_uncached_tokens,
    case when prompt_tokens is not null then coalesce(stated_cache_read, 0) end
        as input_cache_read_tokens,
    case when prompt_tokens is not null then coalesce(stated_cache_write, 0) end
        as input_cache_write_tokens,
    completion_tokens as output_tokens,
    cast(
        usage ->> '$.completion_tokens_details.reasoning_tokens' as bigint
    ) as reasoning_tokens,
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
    not is_raw as inputs_include_cached
from counted
