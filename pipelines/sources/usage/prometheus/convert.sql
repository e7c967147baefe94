-- Counters of model servers to model_usage: what they rose by, per hour and server.
-- vLLM, SGLang, TensorRT-LLM and TGI count cached tokens as input, llama.cpp does not. A
-- request that a client or the server ends early (abort, error) is a failed one. A prompt
-- that is computed twice asks the cache twice, so no more was read from it than was sent.
-- Of a pair of servers the prompt is that of the prefill server, and the answer that of
-- the decode server, whichever of them counts it as well.
with counted as (
    select
        *,
        -- Category names of SGLang: forward_extend, decode, mixed, draft_extend, idle, ...
        -- A step that computes prompts and answers at once is input in whole.
        case
            when quantity != 'phase_seconds' then quantity
            when regexp_matches(phase, '(prefill|^extend|forward_extend|mixed)')
                then 'prefill_phase_seconds'
            when phase not like '%idle%' then 'decode_phase_seconds'
        end as counter,
        row_number() over (
            partition by {key} order by sampled_at, age, row_number
        ) as place
    from prometheus_samples
    where left_out is null
),

hourly as (
    select
        {key},
        any_value(delivery_id) filter (place = 1) as delivery_id,
        any_value(row_number) filter (place = 1) as source_row_number,
        sum(increase) filter (counter = 'input_tokens') as prompt_tokens,
        sum(increase) filter (counter = 'sourced_tokens') as sourced_tokens,
        sum(increase) filter (token_source = 'local_compute') as own_tokens,
        sum(increase) filter (token_source = 'external_kv_transfer')
            as transferred_tokens,
        sum(increase) filter (counter = 'computed_tokens') as computed_tokens,
        round(sum(increase) filter (counter = 'cached_tokens')) as cached_tokens,
        round(sum(increase) filter (counter = 'output_tokens')) as output_tokens,
        sum(increase) filter (counter in ('finished_requests', 'failed_requests'))
            as requests,
        sum(increase) filter (
            counter = 'failed_requests' or finished_reason in ('abort', 'error')
        ) as failed_requests,
        sum(increase) filter (finished_reason = 'length') as truncated_requests,
        count(finished_reason) > 0 as says_why_it_ended,
        sum(increase) filter (counter = 'latency_ms') as latency_ms,
        sum(increase) filter (counter = 'latency_requests') as latency_requests,
        sum(increase) filter (counter = 'inferences') as inferences,
        {phases},
        -- Engines of one server are observed side by side; each counts.
        greatest(
            sum(seconds) filter (counter = 'prefill_seconds'),
            sum(seconds) filter (counter in ('input_tokens', 'computed_tokens')),
            sum(seconds) filter (counter = 'output_tokens')
        ) as observed_seconds,
        coalesce(sum(seconds) filter (counter = 'running' and value > 0), 0)
        / sum(seconds) filter (counter = 'running') as running_share
    from counted
    group by {key}
    having count(*) filter (quantity != 'running') > 0
),

-- What a decode server computes of prompts itself counts; it reads the rest from the
-- prefill server, as does any server whose KV came from another one.
paired as (
    select
        * replace (
            {answers},
            case when server_role is distinct from 'decode' then cached_tokens end
                as cached_tokens
        ),
        round(case
            when server_role = 'decode' then own_tokens
            when computed_tokens is not null
                then computed_tokens + coalesce(cached_tokens, 0)
            when transferred_tokens is null then coalesce(prompt_tokens, sourced_tokens)
            else greatest(
                0, coalesce(prompt_tokens, sourced_tokens) - transferred_tokens
            )
        end) as input_tokens,
        prefill_phase_seconds + decode_phase_seconds is not null as has_phases,
        prefill_seconds + decode_seconds is not null as has_request_seconds
    from hourly
)

select
    hour as window_start,
    hour + interval 1 hour as window_end,
    'self-hosted' as provider_name,
    project_name,
    workload_name,
    environment_name,
    resource_id,
    model_id,
    cast(input_tokens - least(coalesce(cached_tokens, 0), input_tokens) as bigint)
        as input_uncached_tokens,
    case when cached_tokens is not null then
        cast(least(cached_tokens, input_tokens) as bigint)
    end as input_cache_read_tokens,
    case when input_tokens is not null then 0 end as input_cache_write_tokens,
    cast(output_tokens as bigint) as output_tokens,
    cast(round(requests) as bigint) as request_count,
    case when requests is not null then
        cast(round(coalesce(failed_requests, 0)) as bigint)
    end as failed_request_count,
    case when says_why_it_ended and requests is not null then
        cast(round(coalesce(truncated_requests, 0)) as bigint)
    end as truncated_request_count,
    cast(round(latency_ms) as bigint) as latency_ms,
    cast(round(latency_requests) as bigint) as latency_request_count,
    inferences as other_quantity,
    case when inferences is not null then 'Inferences' end as other_unit,
    server_role,
    round(case
        when has_phases then prefill_phase_seconds
        when has_request_seconds then prefill_seconds
    end, 6) as prefill_seconds,
    round(case
        when has_phases then decode_phase_seconds
        when has_request_seconds then decode_seconds
    end, 6) as decode_seconds,
    case when has_phases or has_request_seconds then not has_phases end
        as phases_overlap,
    round(running_share * observed_seconds, 6) as serving_seconds,
    round(observed_seconds, 6) as observed_seconds,
    input_tokens is not null as inputs_include_cached,
    'prometheus' as source_name,
    delivery_id,
    source_row_number
from paired
