-- Made by `make docs` from pipelines/sources/lists; do not edit.
with

source as (

    select * from {{ source('ledger', 'ownership_rules') }}

),

renamed as (

    select
        rule_id,
        match_kind,
        match_pattern,
        tag_key,
        ledger_source,
        team_name,
        project_name,
        feature_name,
        tenant_id,
        environment_name,
        is_ai,
        valid_from,
        valid_to,
        delivery_id,
        source_row_number

    from source

)

select * from renamed
