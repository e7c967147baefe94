with

source as (

    select * from {{ source('ledger', 'shared_cost_rules') }}

),

renamed as (

    select
        ---------- ids
        delivery_id,
        source_row_number,
        rule_id,

        ---------- strings
        share_kind,
        share_pattern,
        method,
        target_kind,
        target_pattern,

        ---------- numerics
        step,
        weight,

        ---------- timestamps
        valid_from,
        valid_to

    from source

)

select * from renamed
