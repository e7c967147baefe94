-- Tokens that bill and telemetry count alike but class differently, per day: excess in
-- one processing tier meets shortage in another of the same meter, then excess of one
-- input meter meets shortage of another (cached or not). The smaller of the two sides
-- has moved; the rest is what only one of the sides has.
with

tokens as (

    select
        *,
        billed_tokens - metered_tokens as excess_tokens,
        {{ money('billed_tokens * price_per_1m_tokens / 1000000') }} - metered_cost
            as excess_cost
    from {{ ref('int_tokens_billed_vs_metered_priced') }}
    where
        is_source_billed
        and is_source_metered
        and has_billed_quantity
        and is_caller_metered
        and price_per_1m_tokens is not null

),

over_tiers as (

    select
        *,
        sum(greatest(excess_tokens, 0)) over meter as excess_in_tiers,
        sum(greatest(-excess_tokens, 0)) over meter as shortage_in_tiers,
        bool_or(processing_tier = 'batch' and excess_tokens != 0) over meter
            as touches_batch
    from tokens
    window meter as (
        partition by
            source_name,
            billing_currency,
            sub_account_id,
            model_id,
            sku_meter,
            charge_date
    )

),

between_tiers as (

    select
        *,
        {{ moved('excess_tokens', 'excess_in_tiers', 'shortage_in_tiers') }}
            as moved_between_tiers,
        sku_meter like '%Input Tokens' as is_input
    from over_tiers

),

over_meters as (

    select
        *,
        excess_tokens - moved_between_tiers as left_tokens,
        sum(greatest(excess_tokens - moved_between_tiers, 0)) over inputs
            as excess_in_meters,
        sum(greatest(moved_between_tiers - excess_tokens, 0)) over inputs
            as shortage_in_meters
    from between_tiers
    window inputs as (
        partition by
            source_name,
            billing_currency,
            sub_account_id,
            model_id,
            is_input,
            charge_date
    )

),

between_meters as (

    select
        *,
        case when is_input then {{ moved(
            'left_tokens', 'excess_in_meters', 'shortage_in_meters'
        ) }} else 0 end as moved_between_meters
    from over_meters

),

priced as (

    select
        *,
        left_tokens - moved_between_meters as rest_tokens,
        {{ money('moved_between_tiers * price_per_1m_tokens / 1000000') }}
            as tier_cost,
        {{ money('moved_between_meters * price_per_1m_tokens / 1000000') }}
            as cache_class_cost
    from between_meters

)

select * from priced
