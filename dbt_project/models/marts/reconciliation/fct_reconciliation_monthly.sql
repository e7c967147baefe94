with

sides as (

    select * from {{ ref('int_reconciliation_monthly') }}

),

charges_daily as (

    select * from {{ ref('fct_charges_daily') }}

),

mart_sums as (

    select
        source_name,
        billing_currency,
        billing_period_start,
        sum(billed_cost) as marts_billed_cost
    from charges_daily
    group by all

),

compared as (

    select
        sides.*,
        coalesce(mart_sums.marts_billed_cost, 0) as marts_billed_cost
    from sides
    left join mart_sums using (source_name, billing_currency, billing_period_start)

),

judged as (

    select
        *,
        case
            when ledger_billed_cost != marts_billed_cost
                then 'the marts do not sum to the billing rows'
            when abs(source_cost - ledger_billed_cost) > tolerance_amount
                then 'the ledger does not sum to the export'
            when invoice_amount is not null and charge_count = 0
                then 'an invoice without billing rows'
            when abs(unexplained_difference) > tolerance_amount
                then 'invoice and billing rows differ for no known cause'
            when
                abs(coalesce(metered_unexplained, 0)) > tolerance_amount
                and abs(metered_unexplained)
                > tolerance_metered_share * abs(token_billed_cost)
                then 'bill and telemetry differ for no known cause'
        end as blocking_reason

    from compared

),

final as (

    select
        source_name,
        billing_currency,
        cast(case
            when blocking_reason is not null then 'blocked'
            when charge_count = 0 then 'no bill'
            when invoice_amount is null and ledger_billed_cost = 0 then 'nothing billed'
            when invoice_amount is null then 'no invoice'
            else 'proven'
        end as varchar) as verdict,
        blocking_reason,
        invoice_count,
        charge_count,
        {% for column in [
            'invoice_amount', 'source_cost', 'ledger_billed_cost', 'marts_billed_cost',
            'tax_difference', 'credit_difference', 'fx_difference',
            'rounding_difference', 'unexplained_difference', 'token_billed_cost', 'metered_cost_estimate', 'billed_token_count',
            'metered_token_count',
        ] %}
        {{ money(column) }} as {{ column }},
        {% endfor %}
        {{ ratio('metered_token_count', 'billed_token_count') }}
            as metered_token_ratio,
        {% for cause in [
            'no_telemetry', 'not_billed', 'unmetered_caller', 'no_list_price',
            'price_drift', 'batch', 'processing_tier', 'cache_class', 'late_usage',
            'rounding', 'unexplained',
        ] %}
        {{ money('coalesce(metered_' ~ cause ~ ', 0)') }}
            as metered_{{ cause }}_difference,
        {% endfor %}
        billing_period_start

    from judged

)

select * from final
