-- What runs cost for nothing: work that was lost, epochs after the best one, pipelines that
-- failed. The scope of a finding is the run, or the pipeline.
with

-- What no run held is idle, and a finding already.
lost_work as (

    select
        source_name,
        billing_currency,
        billing_period_start,
        'avoid_lost_work' as opportunity_type,
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
        'stop_at_best_epoch' as opportunity_type,
        run_id as scope_value,
        sum(cost_after_best) as gross_saving,
        sum(effective_cost) as scope_cost,
        cast(date_trunc('month', max(epoch_ended_at)) as timestamp)
            as billing_period_start
    from {{ ref('fct_training_epoch_costs') }}
    group by source_name, billing_currency, run_id

),

failed_pipelines as (

    select
        source_name,
        sub_account_id,
        billing_currency,
        billing_period_start,
        'fix_pipelines' as opportunity_type,
        pipeline_name as scope_value,
        sum(wasted_cost) as gross_saving,
        sum(effective_cost) as scope_cost
    from {{ ref('fct_pipeline_costs') }}
    where run_id != 'unassigned'
    group by all

),

findings as (

    {% for finding in ['lost_work', 'late_epochs', 'failed_pipelines'] %}
    select * from {{ finding }}
    {% if not loop.last %}union all by name{% endif %}
    {% endfor %}

)

select * from findings
-- Where nothing can be saved there is no finding; the marts hold those rows.
where gross_saving > 0
