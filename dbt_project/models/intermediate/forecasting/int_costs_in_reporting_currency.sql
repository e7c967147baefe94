-- Costs per owner in one currency, with the day through which their account is closed.
with

costs as (

    select * from {{ ref('int_costs_converted') }}

),

closed as (

    select * from {{ ref('int_account_days_closed') }}

)

select
    costs.*,
    closed.closed_date,
    closed.newest_closed_date,
    closed.is_live
from costs
inner join closed using (source_name, service_provider_name, sub_account_id)
