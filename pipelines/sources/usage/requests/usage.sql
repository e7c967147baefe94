-- Calls to model_usage: one row per hour and caller, and one for each reason why calls of
-- that hour do not count. Callers and the counters that a log may lack come from
-- hours.py.
-- A call that a later one with the same logical id stood in for is a retry.
with judged as (
    select
        *,
        {is_retried} as is_retried
    from ({calls})
),

-- Cut off is only what was answered.
calls as (
    select * replace (
        case
            when is_truncated then
                not coalesce(is_failed, false)
                and not coalesce(is_retried, false)
            else is_truncated
        end as is_truncated
    )
    from judged
)

select
    date_trunc('hour', requested_at) as window_start,
    date_trunc('hour', requested_at) + interval 1 hour as window_end,
    {picked},
    count(*) as request_count,
    -- A log that never says how a call ended does not know which failed.
    case when count(is_failed) > 0 then count_if(is_failed) end
        as failed_request_count,
    case
        when count(is_failed) > 0
            then cast(coalesce(sum(
                coalesce(input_uncached_tokens, 0)
                + coalesce(input_cache_read_tokens, 0)
                + coalesce(input_cache_write_tokens, 0)
                + coalesce(output_tokens, 0)
            ) filter (is_failed), 0) as bigint)
    end as failed_tokens,
    -- A call that failed, or that a cache of the owner's answered, has none to count.
    count_if(
        not coalesce(is_failed, false)
        and not coalesce(is_cache_served, false)
        and (
            input_uncached_tokens is null
            or output_tokens is null
            and coalesce(operation, '') not like '%embed%'
        )
    ) as uncounted_request_count,
    cast(sum(latency_ms) as bigint) as latency_ms,
    count(latency_ms) as latency_request_count,
    left_out,
    {source} as source_name,
    delivery_id,
    min(row_number) as source_row_number
from calls
group by {keys}
