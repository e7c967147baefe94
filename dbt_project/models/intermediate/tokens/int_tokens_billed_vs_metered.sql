-- The bill and the telemetry side by side, per day; on-premises machines bill no tokens.
with

token_charges as (

    select * from {{ ref('int_token_charges') }}

),

metered_tokens as (

    select * from {{ ref('int_model_usage_by_meter') }}
    where provider_name != 'self-hosted'

),

bills as (

    select * from {{ ref('int_token_billing_source_by_account') }}

),

-- Telemetry of a provider that never billed is in the price book's currency.
book_currencies as (

    select
        provider_name,
        min(billing_currency) as billing_currency
    from {{ ref('token_prices') }}
    group by all

),

billed as (

    select
        source_name,
        service_provider_name,
        billing_currency,
        coalesce(sub_account_id, 'unassigned') as sub_account_id,
        model_id,
        sku_meter,
        processing_tier,
        charge_date,
        sum(token_count) as billed_tokens,
        bool_and(token_count is not null) as has_billed_quantity,
        sum(charged_cost) as billed_cost
    from token_charges
    group by all

),

metered as (

    select
        coalesce(
            by_account.source_name,
            by_provider.source_name,
            lower(metered_tokens.provider_name)
        ) as source_name,
        metered_tokens.provider_name as service_provider_name,
        coalesce(
            by_account.billing_currency,
            by_provider.billing_currency,
            book_currencies.billing_currency,
            'unassigned'
        ) as billing_currency,
        metered_tokens.sub_account_id,
        metered_tokens.model_id,
        metered_tokens.sku_meter,
        metered_tokens.processing_tier,
        metered_tokens.usage_date as charge_date,
        sum(metered_tokens.token_count) as metered_tokens
    from metered_tokens
    left join bills as by_account
        on
            metered_tokens.provider_name = by_account.provider_name
            and metered_tokens.sub_account_id = by_account.sub_account_id
    left join bills as by_provider
        on
            metered_tokens.provider_name = by_provider.provider_name
            and by_provider.sub_account_id is null
    left join book_currencies
        on metered_tokens.provider_name = book_currencies.provider_name
    where by_provider.counts_tokens is distinct from false
    group by all

),

side_by_side as (

    select
        source_name,
        service_provider_name,
        billing_currency,
        sub_account_id,
        model_id,
        sku_meter,
        processing_tier,
        charge_date,
        cast(date_trunc('month', charge_date) as timestamp) as billing_period_start,
        coalesce(billed.billed_tokens, 0) as billed_tokens,
        coalesce(billed.has_billed_quantity, true) as has_billed_quantity,
        coalesce(billed.billed_cost, 0) as billed_cost,
        coalesce(metered.metered_tokens, 0) as metered_tokens
    from billed
    full outer join metered using (
        source_name,
        service_provider_name,
        billing_currency,
        sub_account_id,
        model_id,
        sku_meter,
        processing_tier,
        charge_date
    )

)

select * from side_by_side
