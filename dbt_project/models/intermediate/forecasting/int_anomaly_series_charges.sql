-- What may stand out, by day and SKU, with its anomaly series: an account's service, in
-- its AI cost class. Models and owners are no part of a series, so that a swapped model or a
-- moved tag is no anomaly. One-off purchases, tax and credits leave here, by the setting
-- anomalies.charge_categories, and so do discounts and refunds, which a bill writes as usage
-- below 0, for a month, on one day of it. All show in fct_showback_daily.
with

settings as (

    select anomaly_charge_categories from {{ ref('stg_landing__settings') }}

),

charges as (

    select * from {{ ref('int_charges_classified') }}

),

converted as (

    select * from {{ ref('int_exchange_rates_by_charge_day') }}

),

valued as (

    select
        charges.source_name,
        charges.service_provider_name,
        coalesce(charges.sub_account_id, 'unassigned') as sub_account_id,
        charges.ai_cost_class,
        charges.service_name,
        case
            when converted.exchange_rate is not null then converted.reporting_currency
            else charges.billing_currency
        end as currency,
        coalesce(charges.sku_id, charges.meter) as sku,
        charges.consumed_unit,
        coalesce(charges.consumed_quantity != 0, false) as is_counted,
        charges.consumed_quantity,
        case
            when converted.exchange_rate is not null
                then {{ converted('charges.effective_cost', 'converted') }}
            else charges.effective_cost
        end as effective_cost,
        charges.charge_date,
        charges.billing_period_start

    from charges

    cross join settings

    left join converted
        on
            charges.billing_currency = converted.billing_currency
            and charges.charge_date = converted.charge_date
            and charges.billing_period_start = converted.billing_period_start

    where
        list_contains(settings.anomaly_charge_categories, charges.charge_category)
        and charges.effective_cost >= 0

),

summed_to_day as (

    select
        * exclude (consumed_quantity, effective_cost),
        sum(consumed_quantity) as consumed_quantity,
        sum(effective_cost) as effective_cost
    from valued
    group by all

),

final as (

    select
        md5(
            concat_ws(
                '|', source_name, service_provider_name, sub_account_id, ai_cost_class,
                service_name, currency
            )
        ) as anomaly_series_id,
        *
    from summed_to_day

)

select * from final
