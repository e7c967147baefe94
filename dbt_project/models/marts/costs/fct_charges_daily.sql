with

charges as (

    select * from {{ ref('int_charges') }}

),

converted as (

    select * from {{ ref('int_exchange_rates_by_charge_day') }}

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

),

with_reporting_currency as (

    select
        summed_to_day.* exclude (charge_date, billing_period_start),
        converted.reporting_currency,
        converted.exchange_rate_source,
        {{ money('converted.exchange_rate') }} as exchange_rate,
        {{ converted('summed_to_day.billed_cost', 'converted') }}
            as reporting_billed_cost,
        {{ converted('summed_to_day.effective_cost', 'converted') }}
            as reporting_effective_cost,
        converted.exchange_rate_date,
        summed_to_day.charge_date,
        summed_to_day.billing_period_start

    from summed_to_day

    left join converted
        on
            summed_to_day.billing_currency = converted.billing_currency
            and summed_to_day.charge_date = converted.charge_date
            and summed_to_day.billing_period_start = converted.billing_period_start

)

select * from with_reporting_currency
