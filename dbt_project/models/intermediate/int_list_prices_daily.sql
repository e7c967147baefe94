-- What the list asks on a day for every meter that was billed or metered on it. Own
-- corrections of the list (the seed) beat the list.
with

tokens as (

    select * from {{ ref('int_tokens_side_by_side') }}

),

corrections as (

    select * from {{ ref('token_prices') }}

),

list_prices as (

    select * from {{ ref('stg_landing__list_prices') }}

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

listed as (

    select
        provider_name,
        model_id,
        sku_meter,
        processing_tier,
        billing_currency,
        valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to,
        price_per_1m_tokens,
        price_source,
        1 as preference
    from corrections

    union all

    select
        provider_name,
        model_id,
        sku_meter,
        processing_tier,
        billing_currency,
        valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to,
        price_per_1m_tokens,
        price_source,
        2 as preference
    from list_prices

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
