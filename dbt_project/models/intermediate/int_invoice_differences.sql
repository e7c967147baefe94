-- Why an invoice differs from the sum of its billing rows, without remainder: tax that
-- the rows do not carry, whole cents (half a cent for each invoice), and the rest.
with

invoices as (

    select * from {{ ref('stg_ledger__invoices') }}

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
        sum(tax_amount) as tax_amount

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
        coalesce(invoiced.tax_amount, 0) - coalesce(billed.ledger_tax, 0)
            as tax_difference,
        invoiced.invoice_amount - coalesce(billed.ledger_billed_cost, 0)
            as difference

    from invoiced

    full outer join billed
        using (source_name, billing_currency, billing_period_start)

),

explained as (

    select
        *,
        difference - tax_difference as rest,
        abs(difference - tax_difference) <= 0.005 * invoice_count as is_rounding

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
        case when invoice_amount is not null then tax_difference else 0 end
            as tax_difference,
        case when is_rounding then rest else 0 end as rounding_difference,
        case when is_rounding then 0 else coalesce(rest, 0) end
            as unexplained_difference

    from explained

)

select * from named
