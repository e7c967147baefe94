with

source as (

    select * from {{ source('ledger', 'model_variants') }}

),

renamed as (

    select
        ---------- ids
        source_name,
        delivery_id,
        source_row_number,
        model_id,

        ---------- strings
        provider_name,
        coalesce(precision, 'unknown') as precision,
        coalesce(decoding, 'standard') as decoding,
        evaluation_name,
        gpu_name,

        ---------- numerics
        judged_answer_count,
        passing_answer_count,
        tokens_per_gpu_second,

        ---------- timestamps
        valid_from,
        valid_to

    from source

)

select * from renamed
