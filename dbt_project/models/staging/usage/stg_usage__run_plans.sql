with

source as (

    select * from {{ source('ledger', 'run_plans') }}

),

renamed as (

    select
        ---------- ids
        source_name,
        delivery_id,
        plan_id,

        ---------- strings
        run_name_pattern,
        experiment_name,
        project_name,
        instance_type,
        billing_currency,

        ---------- numerics
        planned_gpu_hours,
        planned_cost,
        cost_cap,
        planned_epoch_count,

        ---------- timestamps
        planned_start

    from source

)

select * from renamed
