with

source as (

    select * from {{ source('landing', 'rows_left_out') }}

),

renamed as (

    select
        ---------- ids
        delivery_id,

        ---------- strings
        period,
        reason as left_out_reason,

        ---------- numerics
        row_count

    from source

)

select * from renamed
