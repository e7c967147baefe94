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

),

-- An attempt whose start was corrected over a month's end has a row in both months, as in
-- one month a newer row has it: the last start counts.
last_started as (

    select *
    from renamed
    qualify
        row_number() over (
            partition by source_name, attempt_id
            order by started_at desc, ended_at desc nulls last, delivery_id desc
        ) = 1

)

select * from last_started
