with

tokens as (

    select * from {{ ref('int_tokens_billed_vs_metered_priced') }}

),

summed_to_meter as (

    select
        source_name,
        service_provider_name,
        model_id,
        sku_meter,
        processing_tier,
        billing_currency,
        max(list_price) as list_price_per_1m_tokens,
        max(contract_price) as contract_price_per_1m_tokens,
        max(price_source) as price_source,
        sum(billed_tokens) as billed_token_count,
        sum(billed_cost) as billed_cost,
        charge_date,
        billing_period_start

    from tokens

    where has_billed_quantity and billed_tokens != 0

    group by all

),

compared as (

    select
        source_name,
        service_provider_name,
        model_id,
        sku_meter,
        processing_tier,
        billing_currency,
        {{ money('billed_token_count') }} as billed_token_count,
        {{ money('billed_cost') }} as billed_cost,
        {{ unit_cost('billed_cost', 'billed_token_count', per=1000000) }}
            as billed_price_per_1m_tokens,
        list_price_per_1m_tokens,
        contract_price_per_1m_tokens,
        price_source,
        {{ money(
            'billed_cost - billed_token_count * list_price_per_1m_tokens / 1000000'
        ) }} as difference_from_list,
        {{ money(
            'billed_cost - billed_token_count'
            ~ ' * contract_price_per_1m_tokens / 1000000'
        ) }} as difference_from_contract,
        charge_date,
        billing_period_start

    from summed_to_meter

)

select * from compared
