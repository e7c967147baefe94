with

plan_costs as (

    select * from {{ ref('int_training_plan_costs') }}

),

-- A run that goes on costs by the epoch what it has cost by the epoch until now.
projected as (

    select
        *,
        case
            when run_count = 0 or run_id = 'unassigned' then null
            when not is_running then effective_cost
            when run_count = 1
                then {{ money(
                    'cast(effective_cost as double) * cast(planned_epoch_count as double)'
                    ~ ' / nullif(cast(epoch_count as double), 0)'
                ) }}
        end as projected_cost
    from plan_costs

),

judged as (

    select
        *,
        {{ money(
            'cast(gpu_hours - planned_gpu_hours as double) * planned_cost'
            ~ ' / nullif(planned_gpu_hours, 0)'
        ) }} as volume_effect,
        case
            when run_id = 'unassigned' then 'unassigned'
            when plan_id = 'unplanned' then 'unplanned'
            when run_count = 0 then 'not_started'
            when effective_cost > cost_cap then 'over_cap'
            when effective_cost > planned_cost or gpu_hours > planned_gpu_hours
                then 'over_plan'
            when projected_cost > coalesce(cost_cap, planned_cost) then 'at_risk'
            else 'within_plan'
        end as plan_status
    from projected

),

final as (

    select
        plan_id,
        run_id,
        run_name,
        project_name,
        plan_status,
        planned_cost_basis,
        billing_currency,
        cast(run_count as bigint) as run_count,
        {{ money('planned_gpu_hours') }} as planned_gpu_hours,
        {{ money('gpu_hours') }} as gpu_hours,
        {{ money('price_per_gpu_hour') }} as price_per_gpu_hour,
        {{ money('planned_cost') }} as planned_cost,
        {{ money('effective_cost') }} as effective_cost,
        {{ money(
            'case when planned_cost is not null'
            ~ ' then greatest(0, effective_cost - planned_cost) end'
        ) }} as overrun_cost,
        volume_effect,
        {{ money('effective_cost - planned_cost - volume_effect') }} as price_effect,
        {{ ratio('effective_cost', 'planned_cost') }} as planned_cost_ratio,
        {{ money('projected_cost') }} as projected_cost,
        {{ money('cost_cap') }} as cost_cap,
        {{ money('cost_cap - effective_cost') }} as cap_headroom,
        {{ ratio('effective_cost', 'cost_cap') }} as cap_ratio,
        {{ money('planned_epoch_count') }} as planned_epoch_count,
        {{ money('epoch_count') }} as epoch_count,
        planned_start,
        started_at,
        ended_at

    from judged

)

select * from final
