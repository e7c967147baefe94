-- What the list asks on a day for every meter that was billed or metered on it.
with

tokens as (

    select * from {{ ref('int_tokens_side_by_side') }}

),

listed as (

    select * from {{ ref('int_list_prices') }}

),

keys as (

    select distinct
        service_provider_name as provider_name,
        model_id,
        sku_meter,
        processing_tier,
        billing_currency,
        charge_date
    from tokens

),

with_list as (

    select
        keys.*,
        listed.price_per_1m_tokens as list_price,
        listed.price_source as list_price_source
    from keys
    left join listed
        on
            keys.provider_name = listed.provider_name
            and keys.model_id = listed.model_id
            and keys.sku_meter = listed.sku_meter
            and keys.processing_tier = listed.processing_tier
            and keys.billing_currency = listed.billing_currency
            and keys.charge_date >= listed.valid_from
            and keys.charge_date < listed.valid_to
    qualify
        row_number() over (
            partition by
                keys.provider_name,
                keys.model_id,
                keys.sku_meter,
                keys.processing_tier,
                keys.billing_currency,
                keys.charge_date
            order by listed.preference asc, listed.valid_from desc
        ) = 1

)

select * from with_list
