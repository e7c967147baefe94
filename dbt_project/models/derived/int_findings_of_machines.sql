-- What machines do for nothing or too dearly: idle, too large, lost work, epochs after the
-- best one, no Spot. A finding has its scope: the resource or run that it is about.
with

resource_days as (

    select * from {{ ref('fct_gpu_hour_costs') }}
    union all by name
    select * from {{ ref('int_disks_daily') }}

),

resource_costs as (

    select
        source_name,
        sub_account_id,
        resource_id,
        billing_currency,
        billing_period_start,
        sum(effective_cost) as scope_cost
    from resource_days
    group by all

),

idle as (

    select
        *,
        'stop_idle' as lever,
        resource_id as scope_value,
        concat_ws(' ', idle_kind, resource_name) as detail,
        idle_cost as gross_saving
    from {{ ref('fct_idle_resources') }}
    inner join resource_costs using (
        source_name, sub_account_id, resource_id, billing_currency,
        billing_period_start
    )

),

too_large as (

    select
        *,
        'right_size' as lever,
        resource_id as scope_value,
        concat_ws(' ', node_name, target_name) as detail,
        monthly_saving as gross_saving,
        effective_cost as scope_cost
    from {{ ref('fct_gpu_rightsizing') }}

),

-- What no run held is idle, and a finding already.
lost_work as (

    select
        source_name,
        billing_currency,
        billing_period_start,
        'avoid_lost_work' as lever,
        run_id as scope_value,
        sum(effective_cost - productive_cost) as gross_saving,
        sum(effective_cost) as scope_cost
    from {{ ref('int_training_costs') }}
    where run_id != 'unassigned'
    group by all

),

-- They are saved in the month in which their run ended.
late_epochs as (

    select
        source_name,
        billing_currency,
        'stop_at_best_epoch' as lever,
        run_id as scope_value,
        sum(cost_after_best) as gross_saving,
        sum(effective_cost) as scope_cost,
        cast(date_trunc('month', max(epoch_ended_at)) as timestamp)
            as billing_period_start
    from {{ ref('fct_training_epoch_costs') }}
    group by source_name, billing_currency, run_id

),

no_spot as (

    select
        *,
        'buy_spot' as lever,
        instance_type as scope_value,
        concat_ws(' ', service_name, region_id, pricing_unit) as detail,
        potential_savings as gross_saving,
        eligible_cost as scope_cost
    from {{ ref('fct_spot_savings_monthly') }}

),

findings as (

    {% for finding in ['idle', 'too_large', 'lost_work', 'late_epochs', 'no_spot'] %}
    select * from {{ finding }}
    {% if not loop.last %}union all by name{% endif %}
    {% endfor %}

)

select * from findings
-- Where nothing can be saved there is no finding; the marts hold those rows.
where gross_saving > 0
