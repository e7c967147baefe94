with

source as (

    select * from {{ source('ledger', 'model_requests') }}

),

renamed as (

    select
        ---------- ids
        request_id,
        source_name,
        delivery_id,
        source_row_number,
        sub_account_id,
        credential_id,
        user_id,
        tenant_id,
        resource_id,
        model_id,

        ---------- strings
        provider_name,
        project_name,
        workload_name,
        feature_name,
        environment_name,
        operation,
        coalesce(processing_tier, 'standard') as processing_tier,

        ---------- numerics
        input_uncached_tokens,
        input_cache_read_tokens,
        input_cache_write_tokens,
        output_tokens,
        input_cache_write_1h_tokens,
        input_audio_tokens,
        input_image_tokens,
        output_audio_tokens,
        output_image_tokens,
        reasoning_tokens,
        latency_ms,
        time_to_first_token_ms,
        is_served,
        sample_weight,

        ---------- timestamps
        cast(requested_at as date) as usage_date,
        requested_at

    from source

)

select * from renamed
