-- Made by `make docs` from pipelines/sources/lists; do not edit.
with

source as (

    select * from {{ source('ledger', 'business_values') }}

),

renamed as (

    select
        value_date,
        metric_name,
        value,
        unit,
        currency as billing_currency,
        project_name,
        feature_name,
        tenant_id,
        environment_name,
        coalesce(confidence, 'assumed') as confidence,
        delivery_id,
        source_row_number

    from source

)

select * from renamed
