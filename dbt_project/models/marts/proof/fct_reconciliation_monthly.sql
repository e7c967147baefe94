with

invoice_differences as (

    select * from {{ ref('int_invoice_differences') }}

),

metered_differences as (

    select * from {{ ref('int_metered_differences') }}

),

tokens as (

    select * from {{ ref('int_tokens_billed_and_metered') }}

),

charges_daily as (

    select * from {{ ref('fct_charges_daily') }}

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

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

causes as (

    select
        source_name,
        billing_currency,
        billing_period_start,
        {% for cause in [
            'no_telemetry', 'unmetered_caller', 'no_list_price', 'price_change',
            'late_usage', 'rounding', 'unexplained',
        ] %}
        sum(case when cause = '{{ cause }}' then difference else 0 end)
            as metered_{{ cause }}{{ ',' if not loop.last }}
        {% endfor %}
    from metered_differences
    group by all

),

joined as (

    select
        invoice_differences.*,
        coalesce(mart_sums.marts_billed_cost, 0) as marts_billed_cost,
        token_sums.token_billed_cost,
        token_sums.metered_cost_estimate,
        token_sums.billed_token_count,
        token_sums.metered_token_count,
        causes.* exclude (source_name, billing_currency, billing_period_start),
        settings.tolerance_amount,
        settings.tolerance_metered_share

    from invoice_differences
    left join mart_sums using (source_name, billing_currency, billing_period_start)
    left join token_sums using (source_name, billing_currency, billing_period_start)
    left join causes using (source_name, billing_currency, billing_period_start)
    cross join settings

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
        end as blocked_because

    from joined

),

final as (

    select
        source_name,
        billing_currency,
        cast(case
            when blocked_because is not null then 'blocked'
            when invoice_amount is null then 'no invoice'
            else 'proven'
        end as varchar) as verdict,
        blocked_because,
        invoice_count,
        charge_count,
        {% for column in [
            'invoice_amount', 'source_cost', 'ledger_billed_cost', 'marts_billed_cost',
            'tax_difference', 'rounding_difference', 'unexplained_difference',
            'token_billed_cost', 'metered_cost_estimate', 'billed_token_count',
            'metered_token_count',
        ] %}
        {{ money(column) }} as {{ column }},
        {% endfor %}
        {{ share('metered_token_count', 'billed_token_count') }}
            as metered_token_ratio,
        {% for cause in [
            'no_telemetry', 'unmetered_caller', 'no_list_price', 'price_change',
            'late_usage', 'rounding', 'unexplained',
        ] %}
        {{ money('coalesce(metered_' ~ cause ~ ', 0)') }}
            as metered_{{ cause }}_difference,
        {% endfor %}
        billing_period_start

    from judged

)

select * from final
