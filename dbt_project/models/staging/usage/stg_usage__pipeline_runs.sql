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

),

-- A run that was cleared and started again in another month has a row in both, as in one
-- month a newer row has its run: the last start counts.
last_started as (

    select *
    from renamed
    qualify
        row_number() over (
            partition by pipeline_name, run_id
            order by started_at desc, delivery_id desc
        ) = 1

)

select * from last_started
