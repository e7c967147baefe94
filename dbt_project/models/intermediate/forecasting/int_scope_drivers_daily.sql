-- What some scopes' costs pay for: tokens of API models, hours of GPUs. Where a scope
-- also has other costs, no quantity stands for them, and it has none here.
with

tokens as (

    select * from {{ ref('int_token_charges') }}

),

gpu_hours as (

    select * from {{ ref('int_gpu_hours_daily') }}

),

series as (

    select distinct
        series_id,
        scope_type,
        scope_value
    from {{ ref('int_scope_costs_daily') }}

),

counted as (

    select
        'model' as scope_type,
        model_id as scope_value,
        'tokens' as driver_name,
        charge_date,
        sum(token_count) as quantity
    from tokens
    group by all

    union all

    select
        'ai_cost_class' as scope_type,
        'llm_api' as scope_value,
        'tokens' as driver_name,
        charge_date,
        sum(token_count) as quantity
    from tokens
    group by all

    union all

    select
        'ai_cost_class' as scope_type,
        'gpu' as scope_value,
        'GPU hours' as driver_name,
        charge_date,
        sum(available_gpu_hours) as quantity
    from gpu_hours
    group by all

),

final as (

    select
        series.series_id,
        counted.driver_name,
        counted.charge_date,
        {{ money('counted.quantity') }} as quantity

    from counted

    inner join series using (scope_type, scope_value)

    where counted.quantity is not null

)

select * from final
