-- Sessions in which a prompt took part, and how they ended; of the telemetry that says
-- whose the calls were. A session that says no outcome is no evidence, and its tokens are
-- left out with it.
with

sessions as (

    select
        * replace (regexp_replace(source_name, '_sessions$', '') as source_name),
        cast(date_trunc('month', usage_date) as timestamp) as billing_period_start
    from {{ ref('stg_usage__model_sessions') }}

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

attributing as (

    select distinct
        source_name,
        provider_name,
        reported_model_id,
        model_id,
        cast(date_trunc('month', usage_date) as timestamp) as billing_period_start
    from {{ ref('int_model_usage_ranked') }}
    where is_attributing

),

-- The newest word decides for all calls of the session, whichever call states it.
ended as (

    select
        source_name,
        session_id,
        billing_period_start,
        arg_max(outcome, (usage_date, outcome)) as outcome
    from sessions
    where outcome is not null
    group by all

),

named as (

    select
        sessions.provider_name,
        coalesce(attributing.model_id, 'unassigned') as model_id,
        coalesce(sessions.project_name, 'unassigned') as project_name,
        coalesce(sessions.feature_name, 'unassigned') as feature_name,
        coalesce(sessions.prompt_name, 'unassigned') as prompt_name,
        coalesce(sessions.prompt_version, 'unassigned') as prompt_version,
        sessions.source_name || ' ' || sessions.session_id as session_id,
        coalesce(sessions.input_uncached_tokens, 0)
        + coalesce(sessions.input_cache_read_tokens, 0)
        + coalesce(sessions.input_cache_write_tokens, 0)
        + coalesce(sessions.output_tokens, 0) as token_count,
        list_contains(settings.resolved_outcomes, lower(ended.outcome)) as is_resolved,
        sessions.billing_period_start
    from sessions
    inner join attributing
        on
            sessions.source_name = attributing.source_name
            and sessions.provider_name = attributing.provider_name
            and sessions.model_id is not distinct from attributing.reported_model_id
            and sessions.billing_period_start = attributing.billing_period_start
    inner join ended
        on
            sessions.source_name = ended.source_name
            and sessions.session_id = ended.session_id
            and sessions.billing_period_start = ended.billing_period_start
    cross join settings

),

counted as (

    select
        provider_name,
        model_id,
        project_name,
        feature_name,
        prompt_name,
        prompt_version,
        count(distinct session_id) as ended_session_count,
        count(distinct session_id) filter (where is_resolved)
            as resolved_session_count,
        sum(token_count) as session_token_count,
        billing_period_start
    from named
    group by all

)

select * from counted
