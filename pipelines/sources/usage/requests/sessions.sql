-- Calls to model_sessions: one row per day, caller and session. The last call that
-- states an outcome decides it.
select
    {day} as usage_date,
    session_id,
    arg_max(session_name, requested_at) as session_name,
    arg_max(outcome, requested_at) filter (outcome is not null) as outcome,
    {caller},
    {tokens},
    count(*) as request_count,
    case when count(is_failed) > 0 then count_if(is_failed) end
        as failed_request_count,
    {source} as source_name,
    delivery_id,
    min(row_number) as source_row_number
from ({calls})
where left_out is null and session_id is not null
group by usage_date, session_id, {caller}, delivery_id
