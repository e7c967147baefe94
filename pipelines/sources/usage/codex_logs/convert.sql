-- Codex's calls to model_usage, summed to the day, user, project and model. Its input has
-- the cached tokens in it, as everywhere at OpenAI; they are taken out.
with calls as (
    {calls}
)

select
    date_trunc('day', called_at) as window_start,
    date_trunc('day', called_at) + interval 1 day as window_end,
    'OpenAI' as provider_name,
    person as user_id,
    nullif(project, '') as project_name,
    'codex' as workload_name,
    model as model_id,
    'codex' as operation,
    cast(sum(input - cache_read) as bigint) as input_uncached_tokens,
    cast(sum(cache_read) as bigint) as input_cache_read_tokens,
    0 as input_cache_write_tokens,
    cast(sum(output) as bigint) as output_tokens,
    cast(sum(reasoning) as bigint) as reasoning_tokens,
    count(*) as request_count,
    true as inputs_include_cached,
    'codex_logs' as source_name,
    delivery_id,
    min(row_number) as source_row_number
from calls
where reason is null
group by delivery_id, date_trunc('day', called_at), person, project, model
