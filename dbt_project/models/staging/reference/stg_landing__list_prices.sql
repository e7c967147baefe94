with

source as (

    select * from {{ source('landing', 'list_prices') }}

),

renamed as (

    select
        ---------- ids
        model_id,

        ---------- strings
        provider_name,
        sku_meter,
        processing_tier,
        billing_currency,
        price_source,

        ---------- numerics
        price_per_1m_tokens,

        ---------- timestamps
        valid_from,
        valid_to

    from source

)

select * from renamed
