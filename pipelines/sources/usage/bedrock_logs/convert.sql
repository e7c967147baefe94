-- Bedrock's invocation logs to calls. inputTokenCount leaves out what was read from or
-- written to a cache, as Converse's inputTokens does; totalTokens repeats its parts.
with logged as (
    {rows}
),

labelled as (
    select
        *,
        {metadata_labels} as owner
    from logged
)

select
    delivery_id,
    row_number,
    age,
    timestamp as requested_at,
    request_id,
    {logical_request_id} as logical_request_id,
    'AWS' as provider_name,
    account_id as sub_account_id,
    -- A session of a role is named by its caller, often a person; the role is not, and
    -- the bill names the role, too.
    regexp_replace(
        identity_arn,
        '^arn:([\w-]+):sts::(\d+):assumed-role/([^/]+)/.*$',
        'arn:\1:iam::\2:role/\3'
    ) as credential_id,
    {project_name} as project_name,
    {workload_name} as workload_name,
    {feature_name} as feature_name,
    {tenant_id} as tenant_id,
    {environment_name} as environment_name,
    case when starts_with(model, 'arn:') then model end as resource_id,
    -- An ARN ends with the model, or with the profile that stands for one.
    split_part(model, '/', -1) as model_id,
    operation,
    {processing_tier} as processing_tier,
    {prompt_name} as prompt_name,
    {prompt_version} as prompt_version,
    input_tokens as input_uncached_tokens,
    case when input_tokens is not null then coalesce(cache_read_tokens, 0) end
        as input_cache_read_tokens,
    case when input_tokens is not null then coalesce(cache_write_tokens, 0) end
        as input_cache_write_tokens,
    output_tokens,
    write_1h_tokens as input_cache_write_1h_tokens,
    error_code is not null as is_failed,
    {is_truncated} as is_truncated,
    latency_ms,
    first_byte_ms as time_to_first_token_ms,
    {session_id} as session_id,
    {session_name} as session_name,
    {outcome} as outcome,
    false as inputs_include_cached
from labelled
