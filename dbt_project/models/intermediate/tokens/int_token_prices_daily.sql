-- The price book of a day: list price, contract price, and the one that counts. Of
-- several contract rows the most specific one counts, then the one that began last. A
-- contract may be of one account only, so each account has its own prices.
{%- set meter = [
    'provider_name', 'model_id', 'sku_meter', 'processing_tier', 'billing_currency',
] %}
{%- set key = ['sub_account_id', 'charge_date'] + meter %}
with

contracts as (

    select
        *,
        cast(model_id != '*' as integer)
        + cast(sku_meter != '*' as integer)
        + cast(processing_tier != '*' as integer)
        + cast(account_id != '*' as integer) as specificity
    from {{ ref('stg_lists__token_prices') }}

),

-- A contract is often of a billing account, tokens are counted by what is below it.
accounts as (

    select
        service_provider_name as provider_name,
        sub_account_id,
        max(billing_account_id) as billing_account_id
    from {{ ref('stg_ledger__charges') }}
    where service_subcategory = 'Generative AI' and sub_account_id is not null
    group by all

),

-- Every meter that was billed or metered on a day has a price on it, or NULL.
keys as (

    select distinct
        tokens.service_provider_name as provider_name,
        {% for name in key if name != 'provider_name' %}
        tokens.{{ name }},
        {% endfor %}
        accounts.billing_account_id
    from {{ ref('int_tokens_billed_vs_metered') }} as tokens
    left join accounts
        on
            tokens.service_provider_name = accounts.provider_name
            and tokens.sub_account_id = accounts.sub_account_id

),

listed as (

    select
        keys.*,
        list_prices.price_per_1m_tokens as list_price,
        list_prices.price_source as list_price_source
    from keys
    left join {{ ref('int_list_prices') }} as list_prices
        on
            keys.charge_date >= list_prices.valid_from
            {% for name in meter %}
            and keys.{{ name }} = list_prices.{{ name }}
            {% endfor %}
            and keys.charge_date < list_prices.valid_to
    qualify
        row_number() over (
            partition by keys.{{ key | join(', keys.') }}
            order by
                list_prices.preference asc, list_prices.valid_from desc,
                list_prices.price_per_1m_tokens asc, list_prices.price_source asc
        ) = 1

),

with_contract as (

    select
        listed.* exclude (billing_account_id),
        contracts.contract_id,
        coalesce(
            contracts.price_per_1m_tokens,
            {{ money('listed.list_price * (1 - contracts.discount_ratio)') }}
        ) as contract_price

    from listed

    left join contracts
        on
            listed.provider_name = contracts.provider_name
            and contracts.account_id
            in ('*', listed.sub_account_id, listed.billing_account_id)
            and contracts.model_id in ('*', listed.model_id)
            and contracts.sku_meter in ('*', listed.sku_meter)
            and contracts.processing_tier in ('*', listed.processing_tier)
            and listed.billing_currency = contracts.billing_currency
            and listed.charge_date >= contracts.valid_from
            and listed.charge_date < coalesce(contracts.valid_to, date '9999-12-31')

    qualify
        row_number() over (
            partition by listed.{{ key | join(', listed.') }}
            order by
                contracts.specificity desc, contracts.valid_from desc,
                contracts.contract_id asc, contracts.price_per_1m_tokens asc,
                contracts.discount_ratio desc
        ) = 1

)

select
    *,
    coalesce(contract_price, list_price) as price_per_1m_tokens,
    case
        when contract_price is not null then 'contract ' || contract_id
        else list_price_source
    end as price_source
from with_contract
