-- Cursor's events of all files, each once. An event has no id: it is what happened at one
-- millisecond to one model with these tokens, and of equal ones as many as a file has.
-- A newer file knows better what it cost; who sent it may stand in one file only.
with typed as (
    select
        *,
        -- The API leaves out a counter that is 0, and a CSV writes it.
        [
            coalesce(uncached, 0), coalesce(cache_write, 0),
            coalesce(cache_read, 0), coalesce(output, 0)
        ] as tokens
    from ({rows})
),

numbered as (
    select
        *,
        row_number() over (
            partition by delivery_id
            order by file_order, row_number
        ) as row_in_delivery,
        -- 'USAGE_EVENT_KIND_INCLUDED_IN_BUSINESS' and 'Included in Business' are alike.
        regexp_replace(lower(coalesce(kind, '')), '[^a-z]', '', 'g') as kind_word,
        row_number() over (
            partition by
                delivery_id, asked_for, event_time, model, tokens
            order by person, charged_cents, cost, file_order, row_number
        ) as twin
    from typed
),

priced as (
    select
        *,
        coalesce(charged_cents * 0.01, cost_to_you, cost) as said,
        coalesce(charged_cents * 0.01, cost) as said_worth,
        case
            when contains(kind_word, 'notcharged') or contains(kind_word, 'nocharge')
                or contains(kind_word, 'errored')
                or contains(kind_word, 'aborted')
                then 'nobody'
            when contains(kind_word, 'userapikey') then 'own key'
            when contains(kind_word, 'included') or contains(kind_word, 'free')
                then 'included'
            when is_chargeable = false then 'included'
            else 'on demand'
        end as paid_by
    from numbered
),

ranked as (
    select
        *,
        max(person) over of_event as known_person,
        row_number() over (of_event order by age desc, row_in_delivery desc)
            as version
    from priced
    window of_event as (
        partition by
            event_time, model, tokens, twin
    )
)

select
    age,
    delivery_id,
    row_in_delivery,
    event_time,
    model,
    coalesce(person, known_person) as person,
    paid_by,
    cast(
        case
            when paid_by = 'on demand' then said
            -- Cursor takes a fee for the tokens of an own key, too.
            when paid_by = 'own key' and is_chargeable is distinct from false
                then coalesce(fee_cents * 0.01, cost_to_you)
            when paid_by = 'included' then 0
        end
        as decimal(38, 12)
    ) as charged,
    cast(
        case when paid_by in ('on demand', 'included') then said_worth end
        as decimal(38, 12)
    ) as worth,
    uncached,
    cache_write,
    cache_read,
    output,
    case when version > 1 then 'another file has the same event' end as left_out
from ranked
