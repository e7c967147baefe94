-- What runs cost for nothing: work that was lost, epochs after the best one, pipelines that
-- failed. The scope of a finding is the run, or the pipeline. What a commitment pays of a
-- run's machines is paid without the run, too: it is freed, and no saving. A discount of
-- the agreement lowers what is lost: no more is freed than that.
with

waste as (

    select * from {{ ref('int_training_waste') }}

),

{% for finding, opportunity, cost in [
    ('lost_work', 'avoid_lost_work', 'lost_cost'),
    ('late_epochs', 'stop_at_best_epoch', 'late_cost'),
] %}
{{ finding }} as (

    select
        source_name,
        billing_currency,
        billing_period_start,
        '{{ opportunity }}' as opportunity_type,
        run_id as scope_value,
        sum({{ cost }}) as waste_cost,
        sum({{ cost }}) filter (where paid_as = 'Committed') as committed_cost,
        greatest(0, least(coalesce(committed_cost, 0), waste_cost))
            as freed_capacity_cost,
        waste_cost - freed_capacity_cost as gross_saving,
        sum(effective_cost) as scope_cost
    from waste
    group by all

),

{% endfor %}
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
-- Where nothing can be saved or freed there is no finding; the marts hold those rows.
where gross_saving > 0 or freed_capacity_cost > 0
