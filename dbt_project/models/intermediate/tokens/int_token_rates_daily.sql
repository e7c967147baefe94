-- What a token cost on a day by the bill itself, over all accounts; where the bill
-- states no quantities, what the price book says. Calls are priced with it that no bill
-- names one by one.
with

token_charges as (

    select * from {{ ref('int_token_charges') }}

),

token_prices as (

    select * from {{ ref('int_token_prices_daily') }}

),

billed as (

    select
        service_provider_name as provider_name,
        model_id,
        sku_meter,
        processing_tier,
        billing_currency,
        charge_date,
        sum(effective_cost) as effective_cost,
        sum(token_count) as token_count
    from token_charges
    group by all

),

rated as (

    select
        provider_name,
        model_id,
        sku_meter,
        processing_tier,
        billing_currency,
        charge_date,
        coalesce(
            cast(billed.effective_cost as double)
            / nullif(cast(billed.token_count as double), 0),
            cast(token_prices.price_per_1m_tokens as double) / 1000000
        ) as cost_per_token,
        case
            when billed.token_count > 0 then 'bill'
            else 'price book'
        end as rate_basis

    from billed

    full outer join token_prices using (
        provider_name,
        model_id,
        sku_meter,
        processing_tier,
        billing_currency,
        charge_date
    )

)

select *
from rated
where cost_per_token is not null
