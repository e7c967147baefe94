-- On which days of a month a line is charged. Three days tell already that it is daily, so
-- no more of them are kept.
with

lines as (

    select * from {{ ref('int_charge_lines') }}

)

select
    line_id,
    date_trunc('month', charge_date) as charge_month,
    list_sort(list(distinct charge_date))[:3] as charge_dates,
    min(month_day) as first_month_day,
    max(month_day) as last_month_day,
    bool_or(is_stated) as is_stated,
    billing_period_start
from lines
group by all
