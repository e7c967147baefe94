-- The owner's log to calls: its columns are those of a call. A log that knows no
-- uncached input states all of it as input_tokens, cached tokens included.
with logged as (
    {rows}
)

select
    * replace (
        coalesce(
            input_uncached_tokens,
            input_tokens
            - coalesce(input_cache_read_tokens, 0)
            - coalesce(input_cache_write_tokens, 0)
        ) as input_uncached_tokens
    ),
    input_uncached_tokens is null and input_tokens is not null
        as inputs_include_cached
from logged
