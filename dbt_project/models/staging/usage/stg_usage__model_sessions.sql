with

source as (

    select * from {{ source('ledger', 'model_sessions') }}

),

renamed as (

    select
        ---------- ids
        session_id,
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
        session_name,
        outcome,
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

        ---------- timestamps
        usage_date

    from source

)

select * from renamed
