-- Why the bill differs from usage x price book, without remainder: each day's
-- difference falls into exactly one named cause, late usage is taken out of what the
-- token counts leave over, and the rest is unexplained.
with

tokens as (

    select * from {{ ref('int_tokens_billed_and_metered') }}

),

late_tokens as (

    select * from {{ ref('int_late_tokens') }}

),

split_by_day as (

    select
        source_name,
        billing_currency,
        billing_period_start,
        case
            when not is_source_metered then 'no_telemetry'
            when not is_caller_metered then 'unmetered_caller'
            when price_per_1m_tokens is null then 'no_list_price'
            else 'price_change'
        end as cause,
        case
            when
                is_source_metered
                and is_caller_metered
                and price_per_1m_tokens is not null
                then
                    billed_cost
                    - {{ money('billed_tokens * price_per_1m_tokens / 1000000') }}
            else billed_cost
        end as difference

    from tokens

    where
        has_billed_quantity
        or not is_caller_metered
        or price_per_1m_tokens is null

    union all

    -- A bill without quantities cannot tell price from usage: only the sum is known.
    select
        source_name,
        billing_currency,
        billing_period_start,
        'unexplained' as cause,
        billed_cost - metered_cost as difference

    from tokens

    where
        not has_billed_quantity
        and is_caller_metered
        and price_per_1m_tokens is not null

    union all

    select
        source_name,
        billing_currency,
        billing_period_start,
        case when is_source_billed then 'unexplained' else 'not_billed' end as cause,
        {{ money('billed_tokens * price_per_1m_tokens / 1000000') }} - metered_cost
            as difference

    from tokens

    where
        has_billed_quantity
        and is_source_metered
        and is_caller_metered
        and price_per_1m_tokens is not null

    union all

    select
        source_name,
        billing_currency,
        billing_period_start,
        'late_usage' as cause,
        late_cost as difference

    from late_tokens

    union all

    select
        source_name,
        billing_currency,
        billing_period_start,
        'unexplained' as cause,
        -late_cost as difference

    from late_tokens

)

select * from split_by_day
