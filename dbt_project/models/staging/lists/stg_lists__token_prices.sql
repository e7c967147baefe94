-- Made by `make docs` from pipelines/sources/lists; do not edit.
with

source as (

    select * from {{ source('ledger', 'token_prices') }}

),

renamed as (

    select
        provider_name,
        model_id,
        sku_meter,
        processing_tier,
        valid_from,
        valid_to,
        price_per_1m_tokens,
        billing_currency,
        contract_id,
        coalesce(account_id, '*') as account_id,
        discount_ratio,
        delivery_id,
        source_row_number

    from source

)

select * from renamed
