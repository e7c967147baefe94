-- Counters of model servers to model_usage: what they rose by, per hour and server.
-- vLLM and TGI count cached tokens as input. A request that a client or the server
-- ends early (abort, error) is a failed one. A prompt that is computed twice asks the
-- cache twice, so no more was read from it than was sent.
with counted as (
    select
        *,
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
        round(sum(increase) filter (quantity = 'input_tokens')) as input_tokens,
        round(sum(increase) filter (quantity = 'cached_tokens')) as cached_tokens,
        round(sum(increase) filter (quantity = 'output_tokens')) as output_tokens,
        sum(increase) filter (quantity in ('finished_requests', 'failed_requests'))
            as requests,
        sum(increase) filter (
            quantity = 'failed_requests' or finished_reason in ('abort', 'error')
        ) as failed_requests,
        sum(increase) filter (finished_reason = 'length') as truncated_requests,
        count(finished_reason) > 0 as says_why_it_ended,
        sum(increase) filter (quantity = 'latency_ms') as latency_ms,
        sum(increase) filter (quantity = 'latency_requests') as latency_requests,
        sum(increase) filter (quantity = 'inferences') as inferences
    from counted
    group by {key}
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
    case when says_why_it_ended then
        cast(round(coalesce(truncated_requests, 0)) as bigint)
    end as truncated_request_count,
    cast(round(latency_ms) as bigint) as latency_ms,
    cast(round(latency_requests) as bigint) as latency_request_count,
    inferences as other_quantity,
    case when inferences is not null then 'Inferences' end as other_unit,
    input_tokens is not null as inputs_include_cached,
    'prometheus' as source_name,
    delivery_id,
    source_row_number
from hourly
