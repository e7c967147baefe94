-- The sides of a month on one row: invoice, billing rows, telemetry, and the
-- differences between them by cause.
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
        billing_period_start,
        sum(difference) filter (where cause = 'no_telemetry')
            as metered_no_telemetry,
        sum(difference) filter (where cause = 'not_billed') as metered_not_billed,
        sum(difference) filter (where cause = 'unmetered_caller')
            as metered_unmetered_caller,
        sum(difference) filter (where cause = 'no_list_price')
            as metered_no_list_price,
        sum(difference) filter (where cause = 'price_drift')
            as metered_price_drift,
        sum(difference) filter (where cause = 'late_usage')
            as metered_late_usage,
        sum(difference) filter (where cause = 'batch') as metered_batch,
        sum(difference) filter (where cause = 'processing_tier')
            as metered_processing_tier,
        sum(difference) filter (where cause = 'cache_class')
            as metered_cache_class,
        sum(difference) filter (where cause = 'rounding')
            as metered_rounding,
        sum(difference) filter (where cause = 'unexplained')
            as metered_unexplained
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
        coalesce(invoice_differences.tax_difference, 0) as tax_difference,
        coalesce(invoice_differences.credit_difference, 0) as credit_difference,
        coalesce(invoice_differences.fx_difference, 0) as fx_difference,
        coalesce(invoice_differences.rounding_difference, 0) as rounding_difference,
        coalesce(invoice_differences.unexplained_difference, 0)
            as unexplained_difference,
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
