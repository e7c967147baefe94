-- Sessions in which a prompt took part, and how they ended; of the telemetry that says
-- whose the calls were, and how any session ends. Those that end without a word are
-- counted, with their tokens: who gives up sends no outcome. A session is of the month
-- that it began in.
with

sessions as (

    select
        *,
        regexp_replace(source_name, '_sessions$', '') as usage_source_name,
        cast(date_trunc('month', first_date) as timestamp) as billing_period_start,
        cast(date_trunc('month', usage_date) as timestamp) as usage_month
    from {{ ref('int_sessions_ended') }}
    where tells_outcomes

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
        cast(date_trunc('month', usage_date) as timestamp) as usage_month
    from {{ ref('int_model_usage_ranked') }}
    where is_attributing

),

named as (

    select
        sessions.provider_name,
        coalesce(attributing.model_id, 'unassigned') as model_id,
        {{ caller_label('sessions', 'project_name') }} as project_name,
        coalesce(sessions.feature_name, 'unassigned') as feature_name,
        coalesce(sessions.prompt_name, 'unassigned') as prompt_name,
        coalesce(sessions.prompt_version, 'unassigned') as prompt_version,
        sessions.usage_source_name || ' ' || sessions.session_id as session_id,
        coalesce(sessions.input_uncached_tokens, 0)
        + coalesce(sessions.input_cache_read_tokens, 0)
        + coalesce(sessions.input_cache_write_tokens, 0)
        + coalesce(sessions.output_tokens, 0) as token_count,
        sessions.outcome is not null as is_ended,
        list_contains(settings.resolved_outcomes, lower(sessions.outcome))
            as is_resolved,
        sessions.billing_period_start
    from sessions
    inner join attributing
        on
            sessions.usage_source_name = attributing.source_name
            and sessions.provider_name = attributing.provider_name
            and sessions.model_id is not distinct from attributing.reported_model_id
            and sessions.usage_month = attributing.usage_month
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
        count(distinct session_id) as session_count,
        count(distinct session_id) filter (where is_ended) as ended_session_count,
        count(distinct session_id) filter (where is_resolved)
            as resolved_session_count,
        sum(token_count) as session_token_count,
        billing_period_start
    from named
    group by all

)

select * from counted
