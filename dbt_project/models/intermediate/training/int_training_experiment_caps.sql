-- The cap of a whole experiment: that of its newest plan in a currency.
with

plans as (

    select * from {{ ref('stg_lists__run_plans') }}
    where run_name_pattern is null

)

select
    experiment_name,
    billing_currency,
    {{ of_largest('plan_id', 'planned_start') }} as plan_id,
    arg_max(cost_cap, (planned_start, plan_id)) as cost_cap
from plans
group by all
