-- Anthropic usage report results to model_usage. A dimension is NULL where the pull was
-- not grouped by it.
with results as (
    {results}
)

select
    bucket_start as window_start,
    bucket_end as window_end,
    'Anthropic' as provider_name,
    nullif(result ->> '$.workspace_id', '') as sub_account_id,
    nullif(result ->> '$.api_key_id', '') as credential_id,
    nullif(result ->> '$.model', '') as model_id,
    'messages' as operation,
    result ->> '$.service_tier' as processing_tier,
    cast(result ->> '$.uncached_input_tokens' as bigint) as input_uncached_tokens,
    cast(result ->> '$.cache_read_input_tokens' as bigint) as input_cache_read_tokens,
    coalesce(
        cast(result ->> '$.cache_creation.ephemeral_5m_input_tokens' as bigint), 0
    ) + coalesce(
        cast(result ->> '$.cache_creation.ephemeral_1h_input_tokens' as bigint), 0
    ) as input_cache_write_tokens,
    cast(result ->> '$.output_tokens' as bigint) as output_tokens,
    coalesce(
        cast(result ->> '$.cache_creation.ephemeral_1h_input_tokens' as bigint), 0
    ) as input_cache_write_1h_tokens,
    cast(result ->> '$.server_tool_use.web_search_requests' as decimal(38, 12))
        as other_quantity,
    case
        when result ->> '$.server_tool_use.web_search_requests' is not null
            then 'Web Searches'
    end as other_unit,
    false as inputs_include_cached,
    'anthropic_usage' as source_name,
    delivery_id,
    row_number as source_row_number
from results
