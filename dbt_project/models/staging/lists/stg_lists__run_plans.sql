-- Made by `make docs` from pipelines/sources/lists; do not edit.
with

source as (

    select * from {{ source('ledger', 'run_plans') }}

),

renamed as (

    select
        plan_id,
        run_name_pattern,
        experiment_name,
        project_name,
        planned_start,
        instance_type,
        planned_gpu_hours,
        planned_cost,
        cost_cap,
        billing_currency,
        planned_epoch_count,
        delivery_id,
        source_row_number

    from source

)

select * from renamed
