-- Cursor's events to model_usage, summed to the day, user, model and way of paying. What a
-- key of one's own paid is on the bill of the model's vendor, and so is of that provider.
with events as (
    {events}
)

select
    date_trunc('day', event_time) as window_start,
    date_trunc('day', event_time) + interval 1 day as window_end,
    case
        when paid_by != 'own key' then 'Cursor'
        when model like 'claude%' then 'Anthropic'
        when regexp_matches(model, '^(gpt|o[0-9]|chatgpt|codex)') then 'OpenAI'
        else 'Cursor'
    end as provider_name,
    person as user_id,
    'cursor' as workload_name,
    model as model_id,
    'cursor' as operation,
    -- What a plan includes is paid by the month: its tokens are on no bill.
    case when paid_by = 'included' then 'subscription' end as processing_tier,
    sum(uncached) as input_uncached_tokens,
    sum(cache_read) as input_cache_read_tokens,
    sum(cache_write) as input_cache_write_tokens,
    sum(output) as output_tokens,
    count(*) as request_count,
    count(*) filter (paid_by = 'nobody') as failed_request_count,
    cast(sum(worth) as decimal(38, 12)) as gateway_cost,
    case when sum(worth) is not null then 'USD' end as gateway_cost_currency,
    false as inputs_include_cached,
    'cursor_usage' as source_name,
    delivery_id,
    min(row_in_delivery) as source_row_number
from events
where reason is null
group by
    delivery_id, date_trunc('day', event_time), person, model, paid_by
