with

showback as (

    select * from {{ ref('fct_showback_daily') }}

),

summed_to_month as (

    select
        source_name,
        service_provider_name,
        ai_cost_class != 'not_ai' as is_ai,
        billing_currency,
        {{ money('sum(effective_cost)') }} as effective_cost,
        {% for step in ['direct', 'rule', 'shared', 'unassigned'] %}
        {{ money(
            "coalesce(sum(effective_cost) filter (where allocation_step = '"
            ~ step ~ "'), 0)"
        ) }} as {{ step }}_cost,
        {% endfor %}
        billing_period_start
    from showback
    group by all

),

with_ratios as (

    select
        summed_to_month.* exclude (billing_period_start),
        {{ ratio('effective_cost - unassigned_cost', 'effective_cost') }}
            as allocation_coverage_ratio,
        {{ ratio('direct_cost', 'effective_cost') }} as direct_ratio,
        summed_to_month.billing_period_start
    from summed_to_month

)

select * from with_ratios
