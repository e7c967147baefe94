-- GenAI spans to calls. The convention asks that input tokens include cached ones; what
-- speaks against it, of a span or of who wrote it, is weighed in requests/evidence.py. A
-- span above a call (an agent, a chain, a wrapper that is instrumented, too) states
-- the tokens of what is below it again, and is no call.
with spans as (
    {rows}
),

-- The first version that counts so, and the first that does not any more.
instrumentations (scope, from_version, until_version, is_inclusive) as (
    values {instrumentations}
),

told as (
    select
        spans.* exclude (
            input_tokens, output_tokens, reasoning_tokens, read_tokens, write_tokens,
            total_tokens
        ),
        spans.input_tokens as stated_input,
        spans.output_tokens as stated_output,
        spans.reasoning_tokens as stated_reasoning,
        spans.total_tokens as stated_total,
        spans.read_tokens as stated_read,
        coalesce(
            spans.write_tokens,
            coalesce(spans.write_5m_tokens, 0) + spans.write_1h_tokens,
            spans.write_5m_tokens
        ) as stated_write,
        -- The AI SDK hands on what a vendor counts; from version 6 on, which says more
        -- of its inputs, it adds up what Anthropic and Bedrock leave out.
        case
            when spans.scope_name = 'ai' and not spans.has_input_details
                then not regexp_matches(lower(spans.provider), 'anthropic|bedrock')
            else cast(instrumentations.is_inclusive as boolean)
        end as is_inclusive
    from spans
    left join instrumentations
        on
            spans.scope_name = instrumentations.scope
            and (
                instrumentations.from_version = ''
                or {scope_version} >= {from_version}
            )
            and (
                instrumentations.until_version = ''
                or {scope_version} < {until_version}
            )
),

counted as (
    {decided}
),

read as (
    select
        *,
        {read_span_labels} as span_words,
        {read_resource_labels} as resource_words,
        coalesce(
            operation in (
                'chat', 'text_completion', 'completion', 'embeddings', 'embedding',
                'generate_content'
            ),
            upper(step) in ('LLM', 'EMBEDDING'),
            coalesce(input_uncached_tokens, output_tokens) is not null
        ) as is_call
    from counted
),

above_calls as (
    select distinct
        trace_id,
        parent_span_id as span_id
    from read
    where is_call and parent_span_id is not null
),

agents as (
    select
        trace_id,
        arg_min(agent_name, started_at) as agent_name,
        arg_max(conversation_id, started_at) as conversation_id,
        arg_max({outcome}, ended_at) as outcome
    from read
    where operation = 'invoke_agent'
    group by trace_id
)

select
    read.delivery_id,
    read.row_number,
    read.age,
    read.started_at as requested_at,
    read.trace_id || '-' || read.span_id as request_id,
    {logical_request_id} as logical_request_id,
    {provider} as provider_name,
    coalesce(
        {sub_account_id},
        case when {provider} = 'AWS' then cloud_account_id end
    ) as sub_account_id,
    {project_name} as project_name,
    coalesce(service_name, {workload_name}) as workload_name,
    {feature_name} as feature_name,
    {tenant_id} as tenant_id,
    coalesce(deployment_environment, {environment_name}) as environment_name,
    case when {provider} = 'self-hosted' then server_address end as resource_id,
    model as model_id,
    operation,
    coalesce(
        {processing_tier},
        case when service_tier not in ('default', 'auto') then service_tier end
    ) as processing_tier,
    coalesce(read.prompt_name, {prompt_name}) as prompt_name,
    coalesce(read.prompt_version, {prompt_version}) as prompt_version,
    input_uncached_tokens,
    input_cache_read_tokens,
    input_cache_write_tokens,
    output_tokens,
    write_1h_tokens as input_cache_write_1h_tokens,
    -- Modalities count what was cached of them, too.
    {input_audio_tokens} as input_audio_tokens,
    {input_image_tokens} as input_image_tokens,
    {output_audio_tokens} as output_audio_tokens,
    {output_image_tokens} as output_image_tokens,
    reasoning_tokens,
    read.other_quantity,
    read.other_unit,
    error_type is not null or coalesce(status_code in ('2', 'STATUS_CODE_ERROR'), false)
        as is_failed,
    {is_truncated} as is_truncated,
    date_diff('millisecond', started_at, ended_at) as latency_ms,
    coalesce(
        read.conversation_id,
        agents.conversation_id,
        {session_id},
        -- A run of an agent is a session of its own.
        agents.trace_id
    ) as session_id,
    coalesce(read.agent_name, agents.agent_name, {session_name}) as session_name,
    coalesce({outcome}, agents.outcome) as outcome,
    inputs_include_cached,
    case
        when coalesce(operation, provider, model, step) is null and not is_call
            then 'no call of a model'
        when not is_call
            then 'an agent, a tool or a step, whose tokens are those of its calls'
        when above_calls.span_id is not null
            then 'its tokens are those of the call below it'
    end as no_call
from read
left join above_calls
    on read.trace_id = above_calls.trace_id and read.span_id = above_calls.span_id
left join agents on read.trace_id = agents.trace_id
