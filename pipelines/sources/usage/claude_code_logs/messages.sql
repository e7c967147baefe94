-- Lines with tokens, of which one counts per message. While an answer arrives its message
-- is written several times, and a resumed session repeats the lines before it: the whole
-- line with the most output tokens is the message as it ended, and in its month.
with lines as (
    {lines}
),

answers as (
    select
        *,
        called_at is null and type is null as is_unreadable,
        message.usage as counts
    from lines
    where
        (type = 'assistant' and message.usage is not null)
        or (called_at is null and type is null)
),

read as (
    select
        *,
        message.id as message_id,
        message.model as model,
        {project} as project,
        counts ->> '$.service_tier' as tier,
        case
            when contains(message.model, 'anthropic.') then 'AWS'
            when contains(message.model, '@') then 'Google Cloud'
            else 'Anthropic'
        end as provider,
        coalesce(try_cast(counts ->> '$.input_tokens' as bigint), 0) as uncached,
        coalesce(try_cast(counts ->> '$.cache_read_input_tokens' as bigint), 0)
            as cache_read,
        coalesce(try_cast(counts ->> '$.cache_creation_input_tokens' as bigint), 0)
            as cache_write,
        try_cast(counts ->> '$.cache_creation.ephemeral_1h_input_tokens' as bigint)
            as cache_write_1h,
        coalesce(try_cast(counts ->> '$.output_tokens' as bigint), 0) as output
    from answers
),

judged as (
    select
        *,
        case
            when is_unreadable then 'the line cannot be read'
            when called_at is null then 'timestamp is no time'
            when model = '<synthetic>' then 'no model was called'
            when least(uncached, cache_read, cache_write, output) < 0
                then 'a token count below zero'
            when row_number() over (
                partition by
                    coalesce(message_id, delivery_id || ' ' || row_number),
                    coalesce(requestId, ''),
                    model = '<synthetic>'
                order by
                    output desc, person is null, called_at desc, age desc, row_number desc
            ) > 1
                then 'another line of the same message counts'
        end as reason
    from read
)

select *
from judged
where coalesce(strftime(called_at, '%Y-%m'), first_month) = {period}
