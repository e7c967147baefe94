-- The price book of a day: list price, contract price, and the one that counts. Of
-- several contract rows the most specific one counts, then the one that began last.
with

tokens as (

    select * from {{ ref('int_tokens_billed_vs_metered') }}

),

list_prices as (

    select * from {{ ref('int_list_prices') }}

),

contracts as (

    select
        *,
        cast(model_id != '*' as integer)
        + cast(sku_meter != '*' as integer)
        + cast(processing_tier != '*' as integer) as specificity
    from {{ ref('stg_lists__token_prices') }}

),

-- Every meter that was billed or metered on a day has a price on it, or NULL.
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
        keys.*,
        list_prices.price_per_1m_tokens as list_price,
        list_prices.price_source as list_price_source
    from keys
    left join list_prices
        on
            keys.provider_name = list_prices.provider_name
            and keys.model_id = list_prices.model_id
            and keys.sku_meter = list_prices.sku_meter
            and keys.processing_tier = list_prices.processing_tier
            and keys.billing_currency = list_prices.billing_currency
            and keys.charge_date >= list_prices.valid_from
            and keys.charge_date < list_prices.valid_to
    qualify
        row_number() over (
            partition by
                keys.provider_name,
                keys.model_id,
                keys.sku_meter,
                keys.processing_tier,
                keys.billing_currency,
                keys.charge_date
            order by list_prices.preference asc, list_prices.valid_from desc
        ) = 1

),

with_contract as (

    select
        listed.*,
        contracts.contract_id,
        coalesce(
            contracts.price_per_1m_tokens,
            {{ money('listed.list_price * (1 - contracts.discount_ratio)') }}
        ) as contract_price

    from listed

    left join contracts
        on
            listed.provider_name = contracts.provider_name
            and contracts.model_id in ('*', listed.model_id)
            and contracts.sku_meter in ('*', listed.sku_meter)
            and contracts.processing_tier in ('*', listed.processing_tier)
            and listed.billing_currency = contracts.billing_currency
            and listed.charge_date >= contracts.valid_from
            and listed.charge_date < coalesce(contracts.valid_to, date '9999-12-31')

    qualify
        row_number() over (
            partition by
                listed.provider_name,
                listed.model_id,
                listed.sku_meter,
                listed.processing_tier,
                listed.billing_currency,
                listed.charge_date
            order by contracts.specificity desc, contracts.valid_from desc
        ) = 1

),

decided as (

    select
        *,
        coalesce(contract_price, list_price) as price_per_1m_tokens,
        case
            when contract_price is not null then 'contract ' || contract_id
            else list_price_source
        end as price_source
    from with_contract

)

select * from decided
