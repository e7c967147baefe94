-- Charges whose every dimension has a name: what a bill leaves out is `unassigned`.
with

charges as (

    select * from {{ ref('stg_ledger__charges') }}

),

named as (

    select
        source_name,
        billing_account_id,
        billing_account_name,
        coalesce(sub_account_id, 'unassigned') as sub_account_id,
        sub_account_name,
        service_provider_name,
        coalesce(invoice_issuer_name, 'unassigned') as invoice_issuer_name,
        service_category,
        coalesce(service_subcategory, 'unassigned') as service_subcategory,
        service_name,
        coalesce(region_id, 'unassigned') as region_id,
        charge_category,
        coalesce(pricing_category, 'unassigned') as pricing_category,
        billing_currency,
        billed_cost,
        effective_cost,
        contracted_cost,
        list_cost,
        charge_date,
        charge_period_start,
        billing_period_start

    from charges

)

select * from named
