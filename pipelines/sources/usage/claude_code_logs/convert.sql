-- Claude Code's messages to model_usage, summed to the day, user, project and model.
-- input leaves out cached tokens, as everywhere at Anthropic.
with messages as (
    {messages}
)

select
    date_trunc('day', called_at) as window_start,
    date_trunc('day', called_at) + interval 1 day as window_end,
    provider as provider_name,
    person as user_id,
    nullif(project, '') as project_name,
    'claude_code' as workload_name,
    model as model_id,
    'claude_code' as operation,
    tier as processing_tier,
    cast(sum(uncached) as bigint) as input_uncached_tokens,
    cast(sum(cache_read) as bigint) as input_cache_read_tokens,
    cast(sum(cache_write) as bigint) as input_cache_write_tokens,
    cast(sum(output) as bigint) as output_tokens,
    cast(sum(cache_write_1h) as bigint) as input_cache_write_1h_tokens,
    count(*) as request_count,
    false as inputs_include_cached,
    'claude_code_logs' as source_name,
    delivery_id,
    min(row_number) as source_row_number
from messages
where reason is null
group by
    delivery_id, date_trunc('day', called_at), provider, person, project, model, tier
