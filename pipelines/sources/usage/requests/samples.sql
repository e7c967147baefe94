-- Calls to model_requests: of each day and caller those whose ids hash lowest, so that
-- every conversion keeps the same ones.
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
        {caller},
        usage_date,
        delivery_id,
        count(*) as calls,
        arg_min(
            {{
                'requested_at': requested_at,
                'request_id': request_id,
                {token_fields},
                'latency_ms': latency_ms,
                'time_to_first_token_ms': time_to_first_token_ms,
                'is_served': not coalesce(is_failed, false),
                'row_number': row_number
            }},
            place,
            {sampled}
        ) as picked
    from calls
    group by {caller}, usage_date, delivery_id
),

unnested as (
    select
        {caller},
        delivery_id,
        calls,
        len(picked) as picked_calls,
        unnest(picked) as call
    from kept
)

select
    call.requested_at,
    call.request_id,
    {caller},
    {picked_tokens},
    call.latency_ms,
    call.time_to_first_token_ms,
    call.is_served,
    cast(calls as decimal(38, 12)) / picked_calls as sample_weight,
    {source} as source_name,
    delivery_id,
    call.row_number as source_row_number
from unnested
