-- Made by `make docs` from pipelines/sources/lists; do not edit.
with

source as (

    select * from {{ source('ledger', 'pull_requests') }}

),

renamed as (

    select
        repository_name,
        pull_request_number,
        merged_at,
        repository,
        author_id,
        delivery_id,
        source_row_number

    from source

)

select * from renamed
