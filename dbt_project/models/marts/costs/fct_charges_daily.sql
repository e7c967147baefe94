with

charges as (

    select * from {{ ref('stg_ledger__charges') }}

),

summed_to_day as (

    select
        source_name,
        billing_account_id,
        coalesce(sub_account_id, 'unassigned') as sub_account_id,
        service_provider_name,
        coalesce(invoice_issuer_name, 'unassigned') as invoice_issuer_name,
        service_category,
        coalesce(service_subcategory, 'unassigned') as service_subcategory,
        service_name,
        coalesce(region_id, 'unassigned') as region_id,
        charge_category,
        coalesce(pricing_category, 'unassigned') as pricing_category,
        billing_currency,
        count(*) as charge_count,
        {{ money('sum(billed_cost)') }} as billed_cost,
        {{ money('sum(effective_cost)') }} as effective_cost,
        {{ money('sum(contracted_cost)') }} as contracted_cost,
        {{ money('sum(list_cost)') }} as list_cost,
        charge_date,
        billing_period_start

    from charges

    group by all

)

select * from summed_to_day
