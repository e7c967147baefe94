-- The sides of a month on one row: invoice, billing rows, telemetry, and the
-- differences between them by cause.
{%- set causes = [
    'no_telemetry', 'not_billed', 'unmetered_caller', 'no_list_price', 'price_drift',
    'late_usage', 'batch', 'processing_tier', 'cache_class', 'rounding', 'unexplained',
] %}
with

invoice_differences as (

    select * from {{ ref('int_invoice_differences') }}

),

metered_differences_by_meter as (

    select * from {{ ref('int_metered_differences_by_meter') }}

),

tokens as (

    select * from {{ ref('int_tokens_billed_vs_metered_priced') }}

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

token_sums as (

    select
        source_name,
        billing_currency,
        billing_period_start,
        sum(billed_cost) as token_billed_cost,
        sum(coalesce(metered_cost, 0)) as metered_cost_estimate,
        sum(billed_tokens) as billed_token_count,
        sum(metered_tokens) as metered_token_count
    from tokens
    group by all

),

summed_to_month as (

    select
        source_name,
        billing_currency,
        billing_period_start,
        cause,
        sum(difference) as difference

    from metered_differences_by_meter

    group by all

),

-- Less than half a cent a month is how many digits a vendor writes, not a cause.
metered_differences as (

    select
        source_name,
        billing_currency,
        billing_period_start,
        case when abs(difference) < 0.005 then 'rounding' else cause end as cause,
        sum(difference) as difference

    from summed_to_month

    where difference != 0

    group by all

),

causes as (

    select
        source_name,
        billing_currency,
        {% for cause in causes %}
        sum(difference) filter (where cause = '{{ cause }}') as metered_{{ cause }},
        {% endfor %}
        billing_period_start
    from metered_differences
    group by all

),

joined as (

    select
        source_name,
        billing_currency,
        billing_period_start,
        invoice_differences.invoice_amount,
        coalesce(invoice_differences.invoice_count, 0) as invoice_count,
        coalesce(invoice_differences.charge_count, 0) as charge_count,
        coalesce(invoice_differences.source_cost, 0) as source_cost,
        coalesce(invoice_differences.ledger_billed_cost, 0) as ledger_billed_cost,
        -- Without an invoice there is nothing that the rows could differ from.
        {% for cause in ['tax', 'credit', 'fx', 'rounding', 'unexplained'] %}
        case
            when invoice_differences.invoice_amount is not null
                then invoice_differences.{{ cause }}_difference
        end as {{ cause }}_difference,
        {% endfor %}
        token_sums.token_billed_cost,
        token_sums.metered_cost_estimate,
        token_sums.billed_token_count,
        token_sums.metered_token_count,
        causes.* exclude (source_name, billing_currency, billing_period_start),
        settings.tolerance_amount,
        settings.tolerance_metered_share

    from invoice_differences
    full outer join token_sums
        using (source_name, billing_currency, billing_period_start)
    left join causes using (source_name, billing_currency, billing_period_start)
    cross join settings

)

select * from joined
