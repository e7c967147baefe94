with

charges as (

    select * from {{ ref('int_charges_named') }}

),

summed_to_day as (

    select
        source_name,
        billing_account_id,
        sub_account_id,
        service_provider_name,
        invoice_issuer_name,
        service_category,
        service_subcategory,
        service_name,
        region_id,
        charge_category,
        pricing_category,
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
