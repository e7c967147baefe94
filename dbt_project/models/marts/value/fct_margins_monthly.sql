-- Revenue and cost stay apart where only one of them names an owner: nothing is guessed.
-- A margin without its cost would be 100 %, so it is unknown.
{%- set owner = ['project_name', 'feature_name', 'tenant_id'] %}
with

business_values as (

    select * from {{ ref('int_business_values_spelled') }}

),

showback as (

    select * from {{ ref('fct_showback_daily') }}

),

-- Other metrics are benefits and outcomes; nobody paid for them.
earned as (

    select
        {{ owner | join(', ') }},
        reporting_currency,
        value_month as billing_period_start,
        sum(reporting_value) as revenue,
        -- The word of the weakest part; 'assumed' < 'estimated' < 'measured'.
        min(confidence) as revenue_confidence
    from business_values
    where metric_name = 'revenue'
    group by all

),

spent as (

    select
        {{ owner | join(', ') }},
        reporting_currency,
        billing_period_start,
        sum(reporting_effective_cost) as effective_cost
    from showback
    group by all

),

joined as (

    select
        {{ owner | join(', ') }},
        reporting_currency,
        earned.revenue_confidence,
        coalesce(earned.revenue, 0) as revenue,
        spent.effective_cost,
        earned.revenue is not null as has_revenue,
        spent.effective_cost is not null as has_cost,
        billing_period_start
    from earned
    full outer join spent
        using ({{ owner | join(', ') }}, reporting_currency, billing_period_start)

),

final as (

    select
        {{ owner | join(', ') }},
        reporting_currency,
        revenue_confidence,
        {{ money('revenue') }} as reporting_revenue,
        {{ money('effective_cost') }} as reporting_effective_cost,
        {{ money('revenue - effective_cost') }} as reporting_margin,
        {{ ratio('revenue - effective_cost', 'revenue') }} as margin_ratio,
        has_revenue,
        has_cost,
        billing_period_start
    from joined

)

select * from final
