with

source as (

    select * from {{ source('ledger', 'optimisations') }}

),

renamed as (

    select
        ---------- ids
        source_name,
        delivery_id,
        source_row_number,
        optimisation_id,
        opportunity_id,

        ---------- strings
        change,
        lever,
        scope_type,
        coalesce(scope_value, 'all') as scope_value,
        state,
        owner_team,
        currency,

        ---------- numerics
        promised_monthly_saving,

        ---------- timestamps
        valid_from,
        valid_to

    from source

)

select * from renamed
