with

source as (

    select * from {{ source('ledger', 'token_prices') }}

),

renamed as (

    select
        ---------- ids
        delivery_id,
        source_row_number,
        model_id,
        contract_id,

        ---------- strings
        provider_name,
        sku_meter,
        processing_tier,
        billing_currency,

        ---------- numerics
        price_per_1m_tokens,
        discount_ratio,

        ---------- timestamps
        valid_from,
        valid_to

    from source

)

select * from renamed
