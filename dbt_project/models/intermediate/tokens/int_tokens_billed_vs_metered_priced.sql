-- What the telemetry should have cost at the price book's price of the day. A caller is
-- unmetered when the telemetry never saw its account in the month; the whole source is
-- when it sent no telemetry at all, or none from that day on, and not billed when no bill
-- of the month is there. Of days whose bill is still open more may come.
with

side_by_side as (

    select * from {{ ref('int_tokens_billed_vs_metered') }}

),

token_prices as (

    select * from {{ ref('int_token_prices_daily') }}

),

closed as (

    select * from {{ ref('int_days_closed') }}

),

priced as (

    select
        side_by_side.*,
        token_prices.price_per_1m_tokens,
        token_prices.list_price,
        token_prices.contract_price,
        token_prices.price_source,
        {{ money(
            'side_by_side.metered_tokens * token_prices.price_per_1m_tokens / 1000000'
        ) }} as metered_cost,
        sum(side_by_side.billed_cost) over (
            partition by
                side_by_side.source_name,
                side_by_side.billing_period_start
        ) != 0 as is_source_billed,
        sum(side_by_side.metered_tokens) over (
            partition by
                side_by_side.source_name,
                side_by_side.billing_period_start
        ) > 0
        and side_by_side.charge_date
        <= max(side_by_side.charge_date) filter (where side_by_side.metered_tokens > 0)
            over (partition by side_by_side.source_name)
            as is_source_metered,
        sum(side_by_side.metered_tokens) over (
            partition by
                side_by_side.source_name,
                side_by_side.billing_period_start,
                side_by_side.sub_account_id
        ) > 0 as is_caller_metered,
        side_by_side.charge_date > coalesce(closed.closed_date, date '0001-01-01')
            as is_bill_open

    from side_by_side

    left join closed on side_by_side.source_name = closed.source_name

    left join token_prices
        on
            side_by_side.service_provider_name = token_prices.provider_name
            and side_by_side.sub_account_id = token_prices.sub_account_id
            and side_by_side.model_id = token_prices.model_id
            and side_by_side.sku_meter = token_prices.sku_meter
            and side_by_side.processing_tier = token_prices.processing_tier
            and side_by_side.billing_currency = token_prices.billing_currency
            and side_by_side.charge_date = token_prices.charge_date

)

select * from priced
