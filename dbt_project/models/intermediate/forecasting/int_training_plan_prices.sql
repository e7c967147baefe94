-- What a plan's GPU hours cost at the prices that were known when it was to start: those
-- of the 30 days before, for the same machine, as the ledger has them. Later prices are
-- no estimate; without earlier ones there is none.
with

plans as (

    select * from {{ ref('stg_lists__run_plans') }}

),

gpu_hours as (

    select * from {{ ref('int_gpu_hours_daily') }}

),

priced as (

    select
        plans.plan_id,
        plans.planned_gpu_hours,
        sum(gpu_hours.effective_cost) as effective_cost,
        sum(gpu_hours.available_gpu_hours) as available_gpu_hours

    from plans

    inner join gpu_hours
        on
            lower(plans.instance_type) = lower(gpu_hours.instance_type)
            and plans.billing_currency = gpu_hours.billing_currency
            and gpu_hours.charge_date < cast(plans.planned_start as date)
            and gpu_hours.charge_date
            >= cast(plans.planned_start as date) - interval 30 day

    where gpu_hours.available_gpu_hours > 0

    group by all

)

select
    plan_id,
    {{ unit_cost('effective_cost', 'available_gpu_hours') }} as price_per_gpu_hour,
    {{ money(
        'cast(planned_gpu_hours as double) * cast(effective_cost as double)'
        ~ ' / nullif(cast(available_gpu_hours as double), 0)'
    ) }} as estimated_cost
from priced
