with

token_costs as (

    select * from {{ ref('fct_token_costs_daily') }}

),

classes as (

    select
        source_name,
        service_provider_name,
        billing_currency,
        billing_period_start,
        model_id,
        sku_meter,
        processing_tier,
        sum(token_count) as token_count,
        min(quantity_source) as first_quantity_source,
        max(quantity_source) as last_quantity_source,
        sum(effective_cost) as effective_cost
    from token_costs
    where token_count > 0
    group by all

),

dated as (

    select
        *,
        min(billing_period_start) over (
            partition by source_name, service_provider_name, billing_currency
        ) as base_period_start
    from classes

),

-- The basket is what the source's first month bought, class by class.
basket as (

    select
        *,
        token_count / cast(sum(token_count) over (
            partition by source_name, service_provider_name, billing_currency
        ) as double) as token_share,
        cast(effective_cost as double) / cast(token_count as double) as base_rate
    from dated
    where billing_period_start = base_period_start

),

compared as (

    select
        dated.*,
        basket.token_share,
        basket.base_rate,
        cast(dated.effective_cost as double) / cast(dated.token_count as double) as rate
    from dated
    left join basket using (
        source_name,
        service_provider_name,
        billing_currency,
        model_id,
        sku_meter,
        processing_tier
    )

),

summed_to_month as (

    select
        source_name,
        service_provider_name,
        billing_currency,
        {{ money('sum(token_count)') }} as token_count,
        case
            when min(first_quantity_source) = max(last_quantity_source)
                then min(first_quantity_source)
            else 'mixed'
        end as quantity_source,
        {{ money('sum(effective_cost)') }} as effective_cost,
        {{ unit_cost('sum(effective_cost)', 'sum(token_count)', per=1000000) }}
            as realized_cost_per_1m_tokens,
        {{ money(exact_sum('token_share')) }} as basket_coverage_ratio,
        {{ money(
            exact_sum('1000000 * token_share * rate') ~ ' / ' ~ exact_sum('token_share')
        ) }} as basket_cost_per_1m_tokens,
        {{ money(
            exact_sum('1000000 * token_share * rate') ~ ' / '
            ~ exact_sum('1000000 * token_share * base_rate')
        ) }} as rate_index,
        base_period_start,
        billing_period_start

    from compared

    group by all

)

select * from summed_to_month
