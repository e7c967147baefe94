with

source as (

    select * from {{ source('ledger', 'pipeline_runs') }}

),

renamed as (

    select
        ---------- ids
        source_name,
        delivery_id,
        run_id,
        resource_id,

        ---------- strings
        pipeline_name,
        project_name,
        environment_name,
        status as run_status,

        ---------- numerics
        processed_gb,

        ---------- timestamps
        started_at,
        ended_at

    from source

)

select * from renamed
