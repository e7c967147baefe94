-- GenAI spans to calls. Input tokens include cached ones, as the convention asks. A
-- span above a call (an agent, a chain, a wrapper that is instrumented, too) states
-- the tokens of what is below it again, and is no call.
with spans as (
    {rows}
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
            step is null and coalesce(input_tokens, output_tokens) is not null
        ) as is_call
    from spans
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
    input_tokens
    - coalesce(cache_read_tokens, 0)
    - coalesce(cache_write_tokens, 0) as input_uncached_tokens,
    case when input_tokens is not null then coalesce(cache_read_tokens, 0) end
        as input_cache_read_tokens,
    case when input_tokens is not null then coalesce(cache_write_tokens, 0) end
        as input_cache_write_tokens,
    output_tokens,
    reasoning_tokens,
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
    true as inputs_include_cached,
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
