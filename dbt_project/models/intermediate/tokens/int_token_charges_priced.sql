-- Token charges with what the price book asks for their tokens: by the list, and by the
-- contract where there is one.
with

token_charges as (

    select * from {{ ref('int_token_charges') }}

),

token_prices as (

    select * from {{ ref('int_token_prices_daily') }}

),

priced as (

    select
        token_charges.* exclude (list_cost, sub_account_id),
        coalesce(token_charges.sub_account_id, 'unassigned') as sub_account_id,
        cast(token_charges.token_count as double)
        * token_prices.list_price
        / 1000000 as list_cost,
        cast(token_charges.token_count as double)
        * coalesce(token_prices.contract_price, token_prices.list_price)
        / 1000000 as contracted_cost
    from token_charges
    left join token_prices
        on
            token_charges.service_provider_name = token_prices.provider_name
            and coalesce(token_charges.sub_account_id, 'unassigned')
            = token_prices.sub_account_id
            and token_charges.model_id = token_prices.model_id
            and token_charges.sku_meter = token_prices.sku_meter
            and token_charges.processing_tier = token_prices.processing_tier
            and token_charges.billing_currency = token_prices.billing_currency
            and token_charges.charge_date = token_prices.charge_date

)

select * from priced
