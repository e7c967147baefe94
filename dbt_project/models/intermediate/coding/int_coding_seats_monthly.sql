with

seats as (

    select * from {{ ref('stg_lists__coding_seats') }}

)

select
    tool_name,
    developer_id,
    seat_currency as billing_currency,
    billing_period_start,
    min(team_name) as team_name,
    sum(included_amount) as included_amount,
    sum(spend_cap) as spend_cap,
    max(last_active_on) as last_active_on
from seats
group by all
