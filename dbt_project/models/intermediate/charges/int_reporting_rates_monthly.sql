-- For amounts that are summed to a month already: the rate at which the month's own cost is
-- converted, each day at its own; of a month without a cost, the mean of the rates of the
-- days that have charges.
with

rates as (

    select * from {{ ref('int_exchange_rates_by_charge_day') }}

),

costs as (

    select
        billing_currency,
        charge_date,
        billing_period_start,
        sum(abs(effective_cost)) as cost
    from {{ ref('stg_ledger__charges') }}
    group by all

)

select
    billing_currency,
    reporting_currency,
    -- Sums of doubles would depend on the order of the days.
    coalesce(
        cast(sum({{ money('cast(cost as double) * exchange_rate') }}) as double)
        / nullif(
            cast(sum(cost) filter (where exchange_rate is not null) as double), 0
        ),
        cast(sum({{ money('exchange_rate') }}) as double)
        / nullif(count(exchange_rate), 0)
    ) as rate,
    billing_period_start
from rates
inner join costs using (billing_currency, charge_date, billing_period_start)
group by all
