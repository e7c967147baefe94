-- Lines with token counts. A line has what the last call used and what the session used
-- until then; the second may fall after a resume, so the first is summed. It is written
-- again without a call between, which the unchanged second one shows. The model and the
-- folder stand in the newest line before that names them.
with lines as (
    {lines}
),

named as (
    select
        *,
        payload.info as info,
        last_value(payload.model ignore nulls) over so_far as model,
        last_value(payload.cwd ignore nulls) over so_far as cwd
    from lines
    window so_far as (
        partition by delivery_id
        order by row_number
        rows unbounded preceding
    )
),

counted as (
    select
        *,
        {project} as project,
        called_at is null and type is null as is_unreadable,
        cast((info -> '$.total_token_usage') as varchar) as total,
        cast((info -> '$.last_token_usage') as varchar) as last_call,
        coalesce(try_cast(info ->> '$.last_token_usage.input_tokens' as bigint), 0)
            as input,
        coalesce(
            try_cast(info ->> '$.last_token_usage.cached_input_tokens' as bigint), 0
        ) as cache_read,
        coalesce(try_cast(info ->> '$.last_token_usage.output_tokens' as bigint), 0)
            as output,
        try_cast(
            info ->> '$.last_token_usage.reasoning_output_tokens' as bigint
        ) as reasoning
    from named
    where
        (payload.type = 'token_count' and (info -> '$.last_token_usage') is not null)
        or (called_at is null and type is null)
),

marked as (
    select
        *,
        lag(total) over (
            partition by delivery_id, is_unreadable
            order by row_number
        ) as total_before
    from counted
)

select
    *,
    case
        when is_unreadable then 'the line cannot be read'
        when called_at is null then 'timestamp is no time'
        when least(input, cache_read, output, input - cache_read) < 0
            then 'a token count below zero'
        when total = total_before then 'no call since the line before'
        when row_number() over (
            partition by called_at, model, last_call, total
            order by person is null, age desc, row_number desc
        ) > 1
            then 'another line of the same call counts'
    end as reason
from marked
where coalesce(strftime(called_at, '%Y-%m'), first_month) = {period}
