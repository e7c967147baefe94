with

training_costs as (

    select * from {{ ref('int_training_costs') }}

),

-- Wall-clock hours of an attempt count once however many machines it held.
attempt_hours as (

    select
        source_name,
        project_name,
        cost_basis,
        billing_currency,
        billing_period_start,
        attempt_id,
        {{ exact_sum('gpu_hours') }} as gpu_hours,
        {{ exact_sum('productive_gpu_hours') }} as productive_gpu_hours,
        sum(effective_cost) as effective_cost,
        sum(productive_cost) as productive_cost

    from training_costs

    group by all

),

attempts as (

    select * from {{ ref('int_training_attempts') }}

),

with_wall_clock as (

    select
        attempt_hours.*,
        case
            when attempts.attempt_id is not null
                -- A charge billed after the attempt's own month adds no hours again.
                then greatest(0, {{ hours_between(
                    'greatest(attempts.started_at, attempt_hours.billing_period_start)',
                    'least(attempts.ended_at, '
                    ~ "attempt_hours.billing_period_start + interval 1 month)"
                ) }})
        end as training_hours

    from attempt_hours

    left join attempts on attempt_hours.attempt_id = attempts.attempt_id

),

summed_to_month as (

    select
        source_name,
        project_name,
        cost_basis,
        billing_currency,
        {{ exact_sum('training_hours') }} as training_hours,
        {{ exact_sum('gpu_hours') }} as gpu_hours,
        {{ exact_sum('productive_gpu_hours') }} as productive_gpu_hours,
        sum(effective_cost) as effective_cost,
        sum(productive_cost) as productive_cost,
        billing_period_start

    from with_wall_clock

    group by all

),

final as (

    select
        source_name,
        project_name,
        cost_basis,
        billing_currency,
        {{ money('training_hours') }} as training_hours,
        {{ money('gpu_hours') }} as gpu_hours,
        {{ money('productive_gpu_hours') }} as productive_gpu_hours,
        {{ money('effective_cost') }} as effective_cost,
        {{ money('productive_cost') }} as productive_cost,
        {{ money('effective_cost - productive_cost') }} as wasted_cost,
        {{ unit_cost('effective_cost', 'training_hours') }} as cost_per_training_hour,
        {{ unit_cost('effective_cost', 'productive_gpu_hours') }}
            as cost_per_productive_gpu_hour,
        billing_period_start

    from summed_to_month

)

select * from final
