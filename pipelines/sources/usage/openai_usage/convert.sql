-- OpenAI Usage API results to model_usage. A dimension is NULL where the pull was
-- not grouped by it. Older payloads lack the cache-write and uncached fields. Input and
-- output include audio and images; where the text alone is stated and is the whole, or
-- there is more of them than of the whole, they stand beside it.
with results as (
    {results}
),

counted as (
    select
        *,
        regexp_extract(kind, 'organization\.usage\.(\w+)\.result', 1) as operation,
        cast(result ->> '$.input_tokens' as bigint) as stated_input,
        cast(result ->> '$.output_tokens' as bigint) as stated_output,
        {counts},
        coalesce(cast(result ->> '$.input_cached_tokens' as bigint), 0)
            as cache_read_tokens,
        coalesce(cast(result ->> '$.input_cache_write_tokens' as bigint), 0)
            as cache_write_tokens,
        cast(result ->> '$.batch' as boolean) as is_batch
    from results
),

whole as (
    select
        *,
        coalesce(input_audio_tokens, 0) + coalesce(input_image_tokens, 0) as media_in,
        coalesce(output_audio_tokens, 0) + coalesce(output_image_tokens, 0)
            as media_out,
        case
            when media_in > stated_input or stated_input = input_text_tokens
                then stated_input + media_in
            else stated_input
        end as input_tokens,
        case
            when media_out > stated_output or stated_output = output_text_tokens
                then stated_output + media_out
            else stated_output
        end as output_tokens
    from counted
),

uncached as (
    select
        *,
        coalesce(
            cast(result ->> '$.input_uncached_tokens' as bigint),
            input_tokens - cache_read_tokens - cache_write_tokens
        ) as input_uncached_tokens
    from whole
)

select
    bucket_start as window_start,
    bucket_end as window_end,
    'OpenAI' as provider_name,
    nullif(result ->> '$.project_id', '') as sub_account_id,
    nullif(result ->> '$.api_key_id', '') as credential_id,
    nullif(result ->> '$.user_id', '') as user_id,
    nullif(result ->> '$.model', '') as model_id,
    operation,
    case
        when is_batch then 'batch'
        when result ->> '$.service_tier' is not null then result ->> '$.service_tier'
        when not is_batch then 'standard'
    end as processing_tier,
    input_uncached_tokens,
    case when input_tokens is not null then cache_read_tokens end
        as input_cache_read_tokens,
    case when input_tokens is not null then cache_write_tokens end
        as input_cache_write_tokens,
    case
        when operation in ('embeddings', 'moderations') then 0
        else output_tokens
    end as output_tokens,
    {input_audio} as input_audio_tokens,
    {input_image} as input_image_tokens,
    {output_audio} as output_audio_tokens,
    {output_image} as output_image_tokens,
    cast(
        coalesce(
            result ->> '$.num_model_requests',
            result ->> '$.num_requests'
        ) as bigint
    ) as request_count,
    cast(
        coalesce(
            result ->> '$.images',
            result ->> '$.characters',
            result ->> '$.seconds',
            result ->> '$.usage_bytes',
            result ->> '$.num_sessions'
        ) as decimal(38, 12)
    ) as other_quantity,
    case operation
        when 'images' then 'Images'
        when 'audio_speeches' then 'Characters'
        when 'audio_transcriptions' then 'Seconds'
        when 'vector_stores' then 'Bytes'
        when 'code_interpreter_sessions' then 'Sessions'
    end as other_unit,
    input_tokens is not null as inputs_include_cached,
    'openai_usage' as source_name,
    delivery_id,
    row_number as source_row_number
from uncached
