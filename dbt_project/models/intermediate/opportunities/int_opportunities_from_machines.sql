-- What machines cost too much: idle, too large, no Spot. The scope of a
-- finding is the resource, or the type of machine.
{%- set resource = [
    'source_name', 'sub_account_id', 'resource_id', 'billing_currency',
    'billing_period_start',
] %}
with

resource_costs as (

    select
        {{ resource | join(', ') }},
        sum(effective_cost) as scope_cost
    from (
        select * from {{ ref('fct_gpu_hour_costs') }}
        union all by name
        select * from {{ ref('int_disks_daily') }}
    ) as resource_days
    group by all

),

idle as (

    select
        *,
        'stop_idle' as opportunity_type,
        resource_id as scope_value,
        concat_ws(' ', idle_kind, resource_name) as detail,
        monthly_saving as gross_saving
    from {{ ref('fct_idle_resources') }}
    inner join resource_costs using ({{ resource | join(', ') }})

),

too_large as (

    select
        *,
        'right_size' as opportunity_type,
        resource_id as scope_value,
        concat_ws(' ', node_name, target_name) as detail,
        monthly_saving as gross_saving,
        effective_cost as scope_cost
    from {{ ref('fct_gpu_rightsizing') }}

),

no_spot as (

    select
        *,
        'buy_spot' as opportunity_type,
        instance_type as scope_value,
        concat_ws(' ', service_name, region_id, pricing_unit) as detail,
        potential_savings as gross_saving,
        eligible_cost as scope_cost
    from {{ ref('fct_spot_savings_monthly') }}

),

findings as (

    {% for finding in ['idle', 'too_large', 'no_spot'] %}
    select * from {{ finding }}
    {% if not loop.last %}union all by name{% endif %}
    {% endfor %}

)

select * from findings
-- Where nothing can be saved or freed there is no finding; the marts hold those rows.
where gross_saving > 0 or freed_capacity_cost > 0
