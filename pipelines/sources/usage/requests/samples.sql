-- Calls to model_requests: of each day and caller those whose ids hash lowest, so that
-- every conversion keeps the same ones. A window sorts, and what does not fit into
-- memory is written once; an aggregate of rows would be written out many times over.
with calls as (
    select
        *,
        {day} as usage_date,
        hash(request_id) as place
    from ({calls})
    where left_out is null
),

kept as (
    select
        *,
        count(*) over caller as calls,
        row_number() over (caller order by place, request_id, row_number) as nth
    from calls
    window caller as (partition by {caller}, usage_date, delivery_id)
    qualify nth <= {sampled}
)

select
    requested_at,
    request_id,
    {caller},
    {sampled_tokens},
    latency_ms,
    time_to_first_token_ms,
    not coalesce(is_failed, false) as is_served,
    cast(calls as decimal(38, 12)) / least(calls, {sampled}) as sample_weight,
    {source} as source_name,
    delivery_id,
    row_number as source_row_number
from kept
