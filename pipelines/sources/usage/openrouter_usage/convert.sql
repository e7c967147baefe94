-- OpenRouter's activity to calls. tokens_prompt includes tokens_cached, and
-- tokens_completion includes tokens_reasoning.
with activity as (
    {rows}
)

select
    delivery_id,
    row_number,
    age,
    created_at as requested_at,
    generation_id as request_id,
    'OpenRouter' as provider_name,
    api_key_name as credential_id,
    app_name as workload_name,
    -- As the bill names it: without who made it.
    model_permaslug[strpos(model_permaslug, '/') + 1:] as model_id,
    -- What was cached is counted in the model's own tokens, and may exceed a prompt
    -- that is not: then nobody knows the rest.
    case
        when coalesce(tokens_cached, 0) <= tokens_prompt
            then tokens_prompt - coalesce(tokens_cached, 0)
    end as input_uncached_tokens,
    case when tokens_prompt is not null then coalesce(tokens_cached, 0) end
        as input_cache_read_tokens,
    -- The file does not report what was written to a cache.
    tokens_completion as output_tokens,
    tokens_reasoning as reasoning_tokens,
    -- The client went away: billed, and no answer.
    coalesce(cancelled, false) as is_failed,
    {is_truncated} as is_truncated,
    generation_time_ms as latency_ms,
    time_to_first_token_ms,
    true as inputs_include_cached
from activity
