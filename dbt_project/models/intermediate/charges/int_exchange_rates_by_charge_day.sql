-- Charges per day with their rate into the reporting currency: the day's own, or the
-- average of the billing period's days with charges, as the owner chose. A charge that
-- is billed in the reporting currency has the rate 1. A missing rate stays NULL.
with

charges as (

    select * from {{ ref('int_charges') }}

),

exchange_rates as (

    select * from {{ ref('stg_landing__exchange_rates') }}

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

days as (

    select distinct
        billing_currency,
        charge_date,
        billing_period_start
    from charges

),

daily as (

    select
        days.*,
        settings.reporting_currency,
        settings.currency_rule,
        case
            when days.billing_currency = settings.reporting_currency then 1
            else exchange_rates.exchange_rate
        end as exchange_rate,
        case
            when days.billing_currency = settings.reporting_currency
                then days.charge_date
            else exchange_rates.quoted_on
        end as exchange_rate_date,
        case
            when days.billing_currency = settings.reporting_currency
                then 'same currency'
            else exchange_rates.rate_source
        end as exchange_rate_source

    from days

    cross join settings

    left join exchange_rates
        on
            days.billing_currency = exchange_rates.billing_currency
            and days.charge_date = exchange_rates.rate_date

),

by_rule as (

    select
        billing_currency,
        charge_date,
        billing_period_start,
        reporting_currency,
        exchange_rate_source,
        case currency_rule
            when 'period_average'
                -- A mean of doubles would depend on the order of the days.
                then
                    cast(sum(daily.exchange_rate) over of_period as double)
                    / nullif(count(daily.exchange_rate) over of_period, 0)
            else daily.exchange_rate
        end as exchange_rate,
        case currency_rule
            when 'period_average' then cast(billing_period_start as date)
            else exchange_rate_date
        end as exchange_rate_date

    from daily
    window of_period as (partition by billing_currency, billing_period_start)

)

select * from by_rule
