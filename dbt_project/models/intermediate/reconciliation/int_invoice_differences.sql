-- Why an invoice differs from the sum of its billing rows, without remainder: tax and
-- credits that the rows do not carry, whole cents (half a cent for each invoice), the
-- digits that a stated exchange rate leaves out, and the rest.
with

invoices as (

    select * from {{ ref('int_invoices_converted') }}

),

charges as (

    select * from {{ ref('stg_ledger__charges') }}

),

invoiced as (

    select
        source_name,
        billing_currency,
        billing_period_start,
        count(*) as invoice_count,
        sum(invoice_amount) as invoice_amount,
        sum(tax_amount) as tax_amount,
        sum(credit_amount) as credit_amount,
        sum(rounding_limit) as rounding_limit,
        sum(rounding_limit + fx_limit) as fx_limit

    from invoices

    group by all

),

billed as (

    select
        source_name,
        billing_currency,
        billing_period_start,
        sum(billed_cost) as ledger_billed_cost,
        sum(source_cost) as source_cost,
        sum(case when charge_category = 'Tax' then billed_cost else 0 end)
            as ledger_tax,
        count(*) as charge_count

    from charges

    group by all

),

compared as (

    select
        source_name,
        billing_currency,
        billing_period_start,
        invoiced.invoice_count,
        invoiced.invoice_amount,
        coalesce(billed.ledger_billed_cost, 0) as ledger_billed_cost,
        coalesce(billed.source_cost, 0) as source_cost,
        coalesce(billed.charge_count, 0) as charge_count,
        invoiced.tax_amount - coalesce(billed.ledger_tax, 0) as tax_difference,
        -invoiced.credit_amount as credit_difference,
        invoiced.rounding_limit,
        invoiced.fx_limit,
        invoiced.invoice_amount - coalesce(billed.ledger_billed_cost, 0)
            as difference

    from invoiced

    full outer join billed
        using (source_name, billing_currency, billing_period_start)

),

explained as (

    select
        *,
        difference - tax_difference - credit_difference as rest
    from compared

),

named as (

    select
        source_name,
        billing_currency,
        billing_period_start,
        coalesce(invoice_count, 0) as invoice_count,
        invoice_amount,
        ledger_billed_cost,
        source_cost,
        charge_count,
        coalesce(tax_difference, 0) as tax_difference,
        coalesce(credit_difference, 0) as credit_difference,
        case when abs(rest) <= rounding_limit then rest else 0 end
            as rounding_difference,
        case
            when abs(rest) > rounding_limit and abs(rest) <= fx_limit then rest
            else 0
        end as fx_difference,
        case when abs(rest) > fx_limit then rest else 0 end as unexplained_difference

    from explained

)

select * from named
