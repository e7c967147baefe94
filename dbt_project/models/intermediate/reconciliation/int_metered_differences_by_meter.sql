-- Why the bill differs from usage x price book, without remainder: each difference
-- falls into exactly one named cause, late usage is taken out of what the token counts
-- leave over, and the rest is unexplained.
{%- set meter = 'source_name, billing_currency, billing_period_start, '
    ~ 'sub_account_id, model_id, sku_meter, processing_tier' %}
with

tokens as (

    select
        *,
        is_source_metered
        and is_caller_metered
        and price_per_1m_tokens is not null as is_comparable
    from {{ ref('int_tokens_billed_vs_metered_priced') }}

),

reclassified as (

    select * from {{ ref('int_tokens_reclassified') }}

),

late_tokens as (

    select * from {{ ref('int_tokens_billed_late') }}

),

split_by_cause as (

    select
        {{ meter }},
        case
            when not is_source_metered then 'no_telemetry'
            when not is_caller_metered then 'unmetered_caller'
            else 'no_list_price'
        end as cause,
        billed_cost as difference
    from tokens
    where not is_comparable

    union all

    select
        {{ meter }},
        'price_drift' as cause,
        billed_cost - {{ money('billed_tokens * price_per_1m_tokens / 1000000') }}
            as difference
    from tokens
    where is_comparable and has_billed_quantity

    union all

    -- A bill without quantities cannot tell price from usage: only the sum is known.
    select
        {{ meter }},
        {{ short_cause('billed_cost - metered_cost') }} as cause,
        billed_cost - metered_cost as difference
    from tokens
    where is_comparable and not has_billed_quantity

    union all

    -- A month of which the source has no bill yet.
    select
        {{ meter }},
        'not_billed' as cause,
        -metered_cost as difference
    from tokens
    where is_comparable and has_billed_quantity and not is_source_billed

    union all

    select
        {{ meter }},
        case when touches_batch then 'batch' else 'processing_tier' end as cause,
        tier_cost as difference
    from reclassified

    union all

    select
        {{ meter }},
        'cache_class' as cause,
        cache_class_cost as difference
    from reclassified

    union all

    select
        {{ meter }},
        {{ short_cause('rest_tokens') }} as cause,
        excess_cost - tier_cost - cache_class_cost as difference
    from reclassified

    {% for cause, sign in [('late_usage', ''), ('unexplained', '-')] %}
    union all
    select
        {{ meter }},
        '{{ cause }}' as cause,
        {{ sign }}late_cost as difference
    from late_tokens

    {% endfor %}
),

summed as (

    select
        {{ meter }},
        cause,
        sum(difference) as difference
    from split_by_cause
    group by all

)

select * from summed
