-- Sessions with the day that they began on and how they ended: one day and one outcome
-- for all their calls, also over midnight and a month's end. The newest word decides,
-- whichever call states it.
with

sessions as (

    select * from {{ ref('stg_usage__model_sessions') }}

)

select
    sessions.* exclude (outcome, session_name),
    max(sessions.session_name) over of_session as session_name,
    {{ of_largest('sessions.outcome', 'sessions.usage_date') }} filter (
        where sessions.outcome is not null
    ) over of_session as outcome,
    min(usage_date) over of_session as first_date,
    count(sessions.outcome) over (partition by source_name) > 0 as tells_outcomes
from sessions
window of_session as (partition by source_name, session_id)
