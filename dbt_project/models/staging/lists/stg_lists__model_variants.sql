-- Made by `make docs` from pipelines/sources/lists; do not edit.
with

source as (

    select * from {{ source('ledger', 'model_variants') }}

),

renamed as (

    select
        provider_name,
        model_id,
        coalesce(precision, 'unknown') as precision,
        coalesce(decoding, 'standard') as decoding,
        evaluation_name,
        judged_answer_count,
        passing_answer_count,
        gpu_name,
        tokens_per_gpu_second,
        valid_from,
        valid_to,
        delivery_id,
        source_row_number

    from source

)

select * from renamed
