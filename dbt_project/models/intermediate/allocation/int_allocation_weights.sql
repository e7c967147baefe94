-- Which share of a charge is whose, where telemetry knows: calls of an API model by
-- caller, and machines by what ran on them. The rest of a charge is not here.
with

machines as (

    select * from {{ ref('int_machine_allocation_weights') }}

),

charge_rows as (

    select * from {{ ref('int_api_charge_rows') }}

),

calls as (

    select
        charge_rows.* exclude (charge_number, effective_cost),
        'calls' as allocation_method,
        callers.credential_id,
        callers.project_name,
        callers.workload_name,
        callers.feature_name,
        callers.tenant_id,
        callers.environment_name,
        shares.charge_share
    from charge_rows
    inner join {{ ref('int_api_charge_shares') }} as shares using (charge_number)
    inner join {{ ref('int_caller_usage') }} as callers using (usage_id)

),

parts as (

    select * from calls
    union all by name
    select * from machines

)

select * replace (cast(charge_share as decimal(38, 12)) as charge_share)
from parts
where charge_share > 0
