-- Tokens as the telemetry counts them that meters, under the names of the bill's meters.
with

usage as (

    select * from {{ ref('int_model_usage_by_role') }}

)

select
    * exclude (role, quantity, counts_all_calls),
    quantity as token_count
from usage
where role = 'metering' and sku_meter != 'calls'
