-- From when until when a machine served a model that only its calls tell of: from the first
-- to the last of them, for a server is paid on days on which nobody asks it. Of the
-- month's days before the first and after the last as many as the longest pause between
-- two days with calls: one that is called on weekdays served on the weekend at the end of
-- the month, too. Of several models of a machine the next one takes the place of the one before.
with

calls as (

    select distinct
        source_name,
        node_name,
        model_id,
        usage_date
    from {{ ref('int_self_hosted_requests') }}
    where node_name is not null

),

paused as (

    select
        *,
        usage_date - lag(usage_date) over (
            partition by source_name, node_name, model_id order by usage_date
        ) - 1 as pause_days
    from calls

),

spans as (

    select
        source_name,
        node_name,
        model_id,
        min(usage_date) as first_date,
        max(usage_date) as last_date,
        cast(coalesce(max(pause_days), 0) as integer) as longest_pause
    from paused
    group by all

),

neighbours as (

    select
        spans.*,
        max(others.last_date) filter (others.last_date < spans.first_date)
            as last_date_before,
        min(others.first_date) filter (others.first_date > spans.last_date)
            as first_date_after
    from spans
    inner join spans as others
        on
            spans.source_name = others.source_name
            and spans.node_name = others.node_name
    group by all

)

select
    source_name,
    node_name,
    model_id,
    greatest(
        first_date - longest_pause,
        cast(date_trunc('month', first_date) as date),
        last_date_before + 1
    ) as served_from,
    least(
        last_date + longest_pause, last_day(last_date), first_date_after - 1
    ) as served_until
from neighbours
