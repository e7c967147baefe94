-- The owner's log to calls: its columns are those of a call. A log that knows no
-- uncached input states all of it as input_tokens, cached tokens included.
with logged as (
    {rows}
),

stated as (
    select
        * exclude (
            input_uncached_tokens, input_cache_read_tokens, input_cache_write_tokens,
            input_tokens, output_tokens, reasoning_tokens, total_tokens
        ),
        coalesce(input_uncached_tokens, input_tokens) as stated_input,
        output_tokens as stated_output,
        reasoning_tokens as stated_reasoning,
        total_tokens as stated_total,
        input_cache_read_tokens as stated_read,
        input_cache_write_tokens as stated_write,
        input_cache_read_tokens as logged_read,
        input_cache_write_tokens as logged_write,
        case when input_uncached_tokens is not null then false end as is_inclusive
    from logged
)

-- A class that the log has no column of is unknown.
select
    * exclude (logged_read, logged_write) replace (
        logged_read as input_cache_read_tokens,
        logged_write as input_cache_write_tokens
    )
from ({decided})
