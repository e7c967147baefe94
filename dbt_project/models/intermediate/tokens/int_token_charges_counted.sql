-- Token charges of a day with their tokens: those that the bill states, else those that
-- telemetry metered, spread over the charges of the account, model, meter and tier by
-- cost. The vendor's own count is taken as it is; a log may have a part of the calls, so
-- it must cost by the price book about what was billed, where the book knows a price.
with

charges as (

    select
        *,
        row_number() over (
            order by
                source_name, service_provider_name, sub_account_id, model_id, sku_meter,
                processing_tier, billing_currency, charge_date, billing_period_start
        ) as charge_number
    from (
        select
            source_name,
            service_provider_name,
            coalesce(sub_account_id, 'unassigned') as sub_account_id,
            model_id,
            sku_meter,
            processing_tier,
            billing_currency,
            sum(token_count) as token_count,
            sum(billed_cost) as billed_cost,
            sum(effective_cost) as effective_cost,
            sum(charged_cost) as charged_cost,
            charge_date,
            billing_period_start
        from {{ ref('int_token_charges') }}
        group by all
    ) as summed_to_day

),

prices as (

    select * from {{ ref('int_token_prices_daily') }}

),

billed_in_part as (

    select * from {{ ref('int_days_billed_in_part') }}

),

-- A whole day's tokens are not those of the part of it that is billed.
metered as (

    select usage.*
    from {{ ref('int_metered_usage_by_billed_tier') }} as usage
    anti join billed_in_part
        on
            usage.provider_name = billed_in_part.provider_name
            and usage.model_id = billed_in_part.model_id
            and usage.usage_date = billed_in_part.charge_date
            and {{ same_account('usage', 'billed_in_part') }}

),

spread as (

    select
        charges.charge_number,
        metered.counts_all_calls,
        metered.quantity * cast(charges.charged_cost as double)
        / nullif(cast(sum(charges.charged_cost) over (
            partition by
                metered.provider_name, metered.sub_account_id, metered.model_id,
                metered.sku_meter, metered.usage_date, metered.billed_tier
        ) as double), 0) as quantity
    from charges
    inner join metered
        on
            {{ same_meter('metered', 'charges') }}
            and {{ same_account('metered', 'charges') }}
    where charges.token_count is null

),

summed as (

    select
        charge_number,
        bool_and(counts_all_calls) as counts_all_calls,
        {{ exact_sum('quantity') }} as quantity
    from spread
    group by all

)

select
    charges.* exclude (charge_number, charged_cost) replace (
        {{ money('coalesce(charges.token_count, summed.quantity)') }} as token_count
    ),
    case
        when charges.token_count is not null then 'bill'
        when summed.quantity is not null then 'telemetry'
    end as quantity_source
from charges
left join prices
    on
        charges.service_provider_name = prices.provider_name
        and charges.sub_account_id = prices.sub_account_id
        and charges.model_id = prices.model_id
        and charges.sku_meter = prices.sku_meter
        and charges.processing_tier = prices.processing_tier
        and charges.billing_currency = prices.billing_currency
        and charges.charge_date = prices.charge_date
left join summed
    on
        charges.charge_number = summed.charge_number
        and (
            summed.counts_all_calls
            or prices.price_per_1m_tokens is null
            or abs(
                summed.quantity * prices.price_per_1m_tokens / 1000000
                - charges.charged_cost
            ) <= 0.1 * charges.charged_cost
        )
