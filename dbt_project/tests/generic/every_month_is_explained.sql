{#-
  The gate: a month whose difference no cause explains is not published. The billing
  rows are stated with what explains the rest, so that all amounts add up to the cent.
-#}
{% test every_month_is_explained(model) %}

{%- set on_invoice = stated_other_amount('invoice_amount', 'unexplained_difference') -%}
{%- set metered =
    stated_other_amount('token_billed_cost', 'metered_unexplained_difference') %}

select
    case blocking_reason
        when 'the marts do not sum to the billing rows'
            then
                'the billing rows sum to ' || {{ stated_amount('ledger_billed_cost') }}
                || ' ' || billing_currency || ', fct_charges_daily to '
                || {{ stated_amount('marts_billed_cost') }}
                || '; a model loses or repeats rows, so correct it'
        when 'the ledger does not sum to the export'
            then
                'the export puts ' || {{ stated_amount('source_cost') }} || ' '
                || billing_currency || ' on the invoice, its billing rows sum to '
                || {{ stated_amount('ledger_billed_cost') }}
                || '; the conversion of this source loses or repeats rows, so correct it'
        when 'an invoice without billing rows'
            then
                'the invoice says ' || {{ stated_amount('invoice_amount') }} || ' '
                || billing_currency || ', and no export has rows of this month; '
                || 'deliver the export, or take the invoice out until it is there'
        when 'invoice and billing rows differ for no known cause'
            then
                'the invoice says ' || {{ stated_amount('invoice_amount') }} || ' '
                || billing_currency || ', the billing rows ' || {{ on_invoice }} || ' '
                || billing_currency
                || case
                    when tax_difference != 0 and credit_difference != 0
                        then ' incl. tax and credits'
                    when tax_difference != 0 then ' incl. tax'
                    when credit_difference != 0 then ' incl. credits'
                    else ''
                end
                || '; ' || {{ stated_amount('unexplained_difference') }} || ' '
                || billing_currency || ' is unexplained (a late or missing export, '
                || 'a wrong invoice row, or a credit); correct invoices.csv or '
                || 'deliver the newest export'
        else
            'the bill says ' || {{ stated_amount('token_billed_cost') }} || ' '
            || billing_currency || ' for tokens, the telemetry with all known causes '
            || {{ metered }} || ' ' || billing_currency || '; '
            || {{ stated_amount('metered_unexplained_difference') }} || ' '
            || billing_currency || ' is unexplained (usage that is not metered, or '
            || 'metered and not billed); deliver the newest usage export'
    end as objection,
    source_name,
    strftime(billing_period_start, '%Y-%m') as billing_period,
    billing_currency,
    blocking_reason,
    invoice_amount,
    ledger_billed_cost,
    marts_billed_cost,
    unexplained_difference,
    metered_unexplained_difference

from {{ model }}

where verdict = 'blocked'

order by abs(coalesce(unexplained_difference, 0)) desc, source_name, billing_period

{% endtest %}
