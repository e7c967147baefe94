{%- set classes = {
    'uncached': 'Input',
    'cache_read': 'Cache Read',
    'cache_write': 'Cache Write',
} %}
with

token_costs as (

    select * from {{ ref('fct_token_costs_daily') }}

),

-- Where nobody counts the tokens nobody knows what an uncached one cost.
prompts as (

    select
        source_name,
        service_provider_name,
        sub_account_id,
        model_id,
        processing_tier,
        billing_currency,
        {% for class, meter in classes.items() %}
        sum(
            case when starts_with(sku_meter, '{{ meter }}') then token_count else 0 end
        ) as {{ class }}_token_count,
        sum(
            case
                when starts_with(sku_meter, '{{ meter }}') then effective_cost else 0
            end
        ) as {{ class }}_cost,
        {% endfor %}
        charge_date,
        billing_period_start
    from token_costs
    where
        sku_meter in (
            'Input Tokens', 'Cache Read Input Tokens', 'Cache Write Input Tokens',
            'Cache Write 1h Input Tokens'
        )
        and token_count is not null
    group by all

),

-- A day on which every token was cached has no price of an uncached one: the month has.
priced as (

    select
        *,
        uncached_token_count + cache_read_token_count + cache_write_token_count
            as prompt_token_count,
        uncached_cost + cache_read_cost + cache_write_cost as prompt_cost,
        coalesce(
            {{ unit_cost('uncached_cost', 'uncached_token_count', per=1000000) }},
            {{ unit_cost(
                'sum(uncached_cost) over of_month',
                'sum(uncached_token_count) over of_month', per=1000000
            ) }}
        ) as base_price_per_1m_tokens,
        sum(cache_write_token_count) over of_month = 0 as is_upper_bound
    from prompts
    window of_month as (
        partition by
            source_name, model_id, processing_tier, billing_currency,
            billing_period_start
    )

),

compared as (

    select
        *,
        {{ money(
            'cast(prompt_token_count as double) * base_price_per_1m_tokens / 1000000'
        ) }} as uncached_equivalent_cost
    from priced

),

final as (

    select
        source_name,
        service_provider_name,
        sub_account_id,
        model_id,
        processing_tier,
        billing_currency,
        {{ money('prompt_token_count') }} as prompt_token_count,
        {% for class in classes %}
        {{ money(class ~ '_token_count') }} as {{ class }}_token_count,
        {% endfor %}
        {{ money('prompt_cost') }} as prompt_cost,
        {{ money('cache_write_cost') }} as cache_write_cost,
        base_price_per_1m_tokens,
        uncached_equivalent_cost,
        {{ money('uncached_equivalent_cost - prompt_cost') }} as cache_saving,
        {{ money(
            'case when cache_read_token_count = 0 then cache_write_cost else 0 end'
        ) }} as unread_write_cost,
        {{ ratio('cache_read_token_count', 'prompt_token_count') }} as cache_hit_ratio,
        {{ ratio(
            'uncached_equivalent_cost - prompt_cost', 'uncached_equivalent_cost'
        ) }} as cache_efficiency_ratio,
        is_upper_bound,
        charge_date,
        billing_period_start

    from compared

)

select * from final
