-- For amounts that are summed to a month already: the mean of the rates of the days that
-- have charges.
select
    billing_currency,
    reporting_currency,
    avg(cast(exchange_rate as double)) as rate,
    billing_period_start
from {{ ref('int_exchange_rates_by_charge_day') }}
group by all
