{%- set causes = [
    'no_telemetry', 'not_billed', 'unmetered_caller', 'no_list_price', 'price_drift',
    'batch', 'processing_tier', 'cache_class', 'late_usage', 'unexplained',
] %}
with

tokens as (

    select * from {{ ref('int_tokens_billed_vs_metered_priced') }}

),

differences as (

    select * from {{ ref('int_metered_differences_by_meter') }}

),

summed_to_meter as (

    select
        source_name,
        sub_account_id,
        model_id,
        sku_meter,
        processing_tier,
        billing_currency,
        sum(billed_tokens) as billed_tokens,
        sum(metered_tokens) as metered_tokens,
        sum(billed_cost) as billed_cost,
        sum(coalesce(metered_cost, 0)) as metered_cost,
        billing_period_start

    from tokens

    group by all

),

caused as (

    select
        source_name,
        sub_account_id,
        model_id,
        sku_meter,
        processing_tier,
        billing_currency,
        {% for cause in causes %}
        sum(case when cause = '{{ cause }}' then difference else 0 end)
            as {{ cause }}_difference,
        {% endfor %}
        billing_period_start

    from differences

    group by all

),

final as (

    select
        source_name,
        sub_account_id,
        model_id,
        sku_meter,
        processing_tier,
        billing_currency,
        {{ money('summed_to_meter.billed_tokens') }} as billed_token_count,
        {{ money('summed_to_meter.metered_tokens') }} as metered_token_count,
        {{ ratio('summed_to_meter.metered_tokens', 'summed_to_meter.billed_tokens') }}
            as metered_token_ratio,
        {{ money('summed_to_meter.billed_cost') }} as billed_cost,
        {{ money('summed_to_meter.metered_cost') }} as metered_cost_estimate,
        {% for cause in causes %}
        {{ money('coalesce(caused.' ~ cause ~ '_difference, 0)') }}
            as {{ cause }}_difference,
        {% endfor %}
        billing_period_start

    from summed_to_meter

    left join caused using (
        source_name,
        sub_account_id,
        model_id,
        sku_meter,
        processing_tier,
        billing_currency,
        billing_period_start
    )

)

select * from final
