-- From which pools of which machines an opportunity takes its money: weight is its part there.
-- An opportunity without rows here is of no machine, and its scope is its only pool.
{%- set key = ['source_name', 'billing_currency', 'billing_period_start'] %}
with

machines as (

    select * from {{ ref('int_machine_cost_pools') }}

),

training as (

    select * from {{ ref('int_training_waste') }}

),

idle as (

    select
        {{ key | join(', ') }},
        'stop_idle' as opportunity_type,
        resource_id as scope_value,
        concat_ws(' ', idle_kind, resource_name) as detail,
        node_name,
        if(idle_kind = 'gpu_unallocated', 'idle', 'rest') as pool_kind,
        cost as weight
    from {{ ref('int_idle_machine_days') }}

),

runs as (

    {% for opportunity, cost in [
        ('avoid_lost_work', 'lost_cost'), ('stop_at_best_epoch', 'late_cost'),
    ] %}
    select
        {{ key | join(', ') }},
        '{{ opportunity }}' as opportunity_type,
        run_id as scope_value,
        node_name,
        'training' as pool_kind,
        {{ cost }} as weight
    from training
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- A smaller machine is smaller for all that happens on it.
too_large as (

    select
        sizes.{{ key | join(', sizes.') }},
        'right_size' as opportunity_type,
        sizes.resource_id as scope_value,
        sizes.node_name,
        machines.pool_kind,
        machines.pool_cost as weight
    from {{ ref('fct_gpu_rightsizing') }} as sizes
    inner join machines using (node_name, {{ key | join(', ') }})

),

no_spot as (

    select
        {{ key | join(', ') }},
        'buy_spot' as opportunity_type,
        instance_type as scope_value,
        node_name,
        'training' as pool_kind,
        effective_cost as weight
    from training
    where paid_as = 'Standard'

),

variants as (

    select
        {{ key | join(', ') }},
        'quantize' as opportunity_type,
        model_id as scope_value,
        node_name,
        'rest' as pool_kind,
        effective_cost as weight
    from {{ ref('int_serving_costs_daily') }}
    where workload_name != '__idle__'

),

weighed as (

    {% for taken in ['idle', 'runs', 'too_large', 'no_spot', 'variants'] %}
    select * from {{ taken }}
    {% if not loop.last %}union all by name{% endif %}
    {% endfor %}

)

select
    * exclude (weight),
    sum(weight) as weight
from weighed
-- A pool that holds nothing, as of a machine that is only credited, has nothing to take.
semi join machines using (node_name, pool_kind, {{ key | join(', ') }})
where weight > 0
group by all
