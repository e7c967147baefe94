with

source as (

    select * from {{ source('ledger', 'business_values') }}

),

renamed as (

    select
        ---------- ids
        source_name,
        delivery_id,
        tenant_id,

        ---------- strings
        metric_name,
        unit,
        currency as billing_currency,
        project_name,
        feature_name,
        environment_name,
        confidence,

        ---------- numerics
        value,

        ---------- timestamps
        value_date

    from source

)

select * from renamed
