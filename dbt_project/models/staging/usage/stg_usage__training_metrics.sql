with

source as (

    select * from {{ source('ledger', 'training_metrics') }}

),

renamed as (

    select
        ---------- ids
        source_name,
        delivery_id,
        run_id,

        ---------- strings
        metric_name,

        ---------- numerics
        step,
        epoch,
        metric_value,

        ---------- timestamps
        logged_at

    from source

)

select * from renamed
