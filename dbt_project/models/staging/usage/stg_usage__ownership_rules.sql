with

source as (

    select * from {{ source('ledger', 'ownership_rules') }}

),

renamed as (

    select
        ---------- ids
        delivery_id,
        source_row_number,
        rule_id,
        tenant_id,

        ---------- strings
        match_kind,
        match_pattern,
        tag_key,
        ledger_source,
        team_name,
        project_name,
        feature_name,
        environment_name,

        ---------- booleans
        is_ai = 'yes' as is_ai,

        ---------- timestamps
        valid_from,
        valid_to

    from source

)

select * from renamed
