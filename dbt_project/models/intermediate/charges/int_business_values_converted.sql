-- Business values in the reporting currency: at the rate of their day, or at the average
-- of the month's known rates, as the owner chose. What is no money has no rate, and money
-- whose rate is missing stays NULL.
with

business_values as (

    select * from {{ ref('stg_lists__business_values') }}

),

exchange_rates as (

    select * from {{ ref('stg_landing__exchange_rates') }}

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

monthly_rates as (

    select
        billing_currency,
        date_trunc('month', rate_date) as rate_month,
        cast(sum(exchange_rate) as double) / nullif(count(exchange_rate), 0)
            as exchange_rate,
        max(rate_source) as rate_source
    from exchange_rates
    group by all

),

rated as (

    select
        business_values.*,
        settings.reporting_currency,
        case
            when business_values.billing_currency = settings.reporting_currency then 1
            when settings.currency_rule = 'period_average'
                then monthly_rates.exchange_rate
            else exchange_rates.exchange_rate
        end as exchange_rate,
        case
            when business_values.billing_currency = settings.reporting_currency
                then 'same currency'
            when settings.currency_rule = 'period_average'
                then monthly_rates.rate_source
            else exchange_rates.rate_source
        end as exchange_rate_source

    from business_values

    cross join settings

    left join exchange_rates
        on
            business_values.billing_currency = exchange_rates.billing_currency
            and business_values.value_date = exchange_rates.rate_date

    left join monthly_rates
        on
            business_values.billing_currency = monthly_rates.billing_currency
            and date_trunc('month', business_values.value_date)
            = monthly_rates.rate_month

),

converted as (

    select
        value_date,
        metric_name,
        coalesce(project_name, 'unassigned') as project_name,
        coalesce(feature_name, 'unassigned') as feature_name,
        coalesce(tenant_id, 'unassigned') as tenant_id,
        coalesce(environment_name, 'unassigned') as environment_name,
        confidence,
        unit,
        billing_currency,
        reporting_currency,
        exchange_rate_source,
        value,
        exchange_rate,
        case
            when billing_currency is not null then {{ converted('value', 'rated') }}
        end as reporting_value,
        cast(date_trunc('month', value_date) as timestamp) as value_month

    from rated

)

select * from converted
