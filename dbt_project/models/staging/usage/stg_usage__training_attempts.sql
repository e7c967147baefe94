with

source as (

    select * from {{ source('ledger', 'training_attempts') }}

),

renamed as (

    select
        ---------- ids
        source_name,
        delivery_id,
        run_id,
        attempt_id,
        parent_run_id,
        scheduler_job_id,

        ---------- strings
        run_name,
        experiment_name,
        project_name,
        status,
        gpu_type,
        node_names,
        resource_ids,
        metric_name,

        ---------- numerics
        node_count,
        gpu_count,
        first_step,
        last_step,
        last_checkpoint_step,
        epoch_count,
        metric_value,

        ---------- timestamps
        submitted_at,
        started_at,
        ended_at,
        checkpoints_at

    from source

)

select * from renamed
