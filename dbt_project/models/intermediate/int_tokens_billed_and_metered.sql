-- The bill and the telemetry side by side, and what the telemetry should have cost at
-- the price book's price of the day. A caller is unmetered when the telemetry never
-- saw its account in the month; the whole source is when it sent no telemetry at all.
with

token_charges as (

    select * from {{ ref('int_token_charges') }}

),

metered_tokens as (

    select * from {{ ref('int_model_usage_by_meter') }}

),

token_prices as (

    select * from {{ ref('token_prices') }}

),

providers as (

    select distinct
        source_name,
        service_provider_name,
        billing_currency
    from token_charges

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
        sum(billed_cost) as billed_cost

    from token_charges

    group by all

),

metered as (

    select
        providers.source_name,
        providers.service_provider_name,
        providers.billing_currency,
        coalesce(metered_tokens.sub_account_id, 'unassigned') as sub_account_id,
        metered_tokens.model_id,
        metered_tokens.sku_meter,
        metered_tokens.processing_tier,
        metered_tokens.usage_date as charge_date,
        sum(metered_tokens.token_count) as metered_tokens

    from metered_tokens

    inner join providers
        on metered_tokens.provider_name = providers.service_provider_name

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

),

priced as (

    select
        side_by_side.*,
        token_prices.price_per_1m_tokens,
        {{ money(
            'side_by_side.metered_tokens * token_prices.price_per_1m_tokens / 1000000'
        ) }} as metered_cost,
        sum(side_by_side.metered_tokens) over (
            partition by
                side_by_side.source_name,
                side_by_side.billing_period_start
        ) > 0 as is_source_metered,
        sum(side_by_side.metered_tokens) over (
            partition by
                side_by_side.source_name,
                side_by_side.billing_period_start,
                side_by_side.sub_account_id
        ) > 0 as is_caller_metered

    from side_by_side

    left join token_prices
        on
            side_by_side.service_provider_name = token_prices.provider_name
            and side_by_side.model_id = token_prices.model_id
            and side_by_side.sku_meter = token_prices.sku_meter
            and side_by_side.processing_tier = token_prices.processing_tier
            and side_by_side.billing_currency = token_prices.billing_currency
            and side_by_side.charge_date >= token_prices.valid_from
            and side_by_side.charge_date
            < coalesce(token_prices.valid_to, date '9999-12-31')

)

select * from priced
