with

source as (

    select * from {{ source('ledger', 'model_usage') }}

),

renamed as (

    select
        ---------- ids
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
        prompt_name,
        prompt_version,

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
        request_count,
        failed_request_count,
        retried_request_count,
        cache_served_request_count,
        truncated_request_count,
        truncated_output_tokens,
        failed_tokens,
        uncounted_request_count,
        latency_ms,
        latency_request_count,
        gateway_cost,
        gateway_cost_currency,
        other_quantity,
        other_unit,
        inputs_include_cached,
        server_role,
        prefill_seconds,
        decode_seconds,
        phases_overlap,
        serving_seconds,
        observed_seconds,

        ---------- timestamps
        cast(window_start as date) as usage_date,
        window_start,
        window_end

    from source

)

select * from renamed
