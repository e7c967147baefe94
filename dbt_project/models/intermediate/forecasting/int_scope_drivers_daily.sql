-- What some scopes' costs pay for: tokens of API models, hours of GPUs. Where a scope
-- also has other costs, no quantity stands for them, and it has none here.
with

tokens as (

    select * from {{ ref('int_token_charges') }}

),

gpu_hours as (

    select * from {{ ref('int_gpu_hours_daily') }}

),

converted as (

    select * from {{ ref('int_exchange_rates_by_charge_day') }}

),

series as (

    select distinct
        series_id,
        scope_type,
        scope_value,
        currency
    from {{ ref('int_scope_costs_daily') }}

),

counted as (

    select
        'tokens' as driver_name,
        model_id,
        'llm_api' as ai_cost_class,
        billing_currency,
        charge_date,
        billing_period_start,
        token_count as quantity
    from tokens

    union all by name

    -- Of many machines a series has the sum alone.
    select
        'GPU hours' as driver_name,
        'gpu' as ai_cost_class,
        billing_currency,
        charge_date,
        billing_period_start,
        sum(available_gpu_hours) as quantity
    from gpu_hours
    group by all

),

-- A scope in two currencies has in each the quantity that was paid in it.
in_currency as (

    select
        counted.*,
        case
            when converted.exchange_rate is not null then converted.reporting_currency
            else counted.billing_currency
        end as currency
    from counted
    left join converted using (billing_currency, charge_date, billing_period_start)

),

final as (

    select
        series.series_id,
        in_currency.driver_name,
        in_currency.charge_date,
        {{ money('sum(in_currency.quantity)') }} as quantity

    from in_currency

    inner join series
        on
            in_currency.currency = series.currency
            and case series.scope_type
                when 'model' then in_currency.model_id = series.scope_value
                when 'ai_cost_class'
                    then in_currency.ai_cost_class = series.scope_value
            end

    where in_currency.quantity is not null

    group by all

)

select * from final
