-- Value and cost stay apart where only one of them names an owner: nothing is guessed, and
-- what is left of a benefit without its cost is unknown.
{%- set owner = ['project_name', 'feature_name', 'tenant_id', 'reporting_currency'] %}
{%- set benefit = '(revenue + other_benefit)' %}
{%- set key = owner | join(', ') ~ ', billing_period_start' %}
with

business_values as (

    select
        *,
        value_month as billing_period_start
    from {{ ref('int_business_values_spelled') }}

),

margins as (

    select * from {{ ref('fct_margins_monthly') }}

),

showback as (

    select * from {{ ref('fct_showback_daily') }}

),

-- Revenue is in margins. Outcomes of two kinds, such as answers and orders, have no sum.
valued as (

    select
        {{ key }},
        sum(reporting_value) filter (metric_name != 'revenue') as other_benefit,
        count(distinct metric_name) filter (unit is not null) as outcome_kind_count,
        case
            when outcome_kind_count = 1
                then max(metric_name) filter (unit is not null)
        end as outcome_name,
        case
            when outcome_kind_count = 1 then sum(value) filter (unit is not null)
        end as outcome_count,
        bool_or(unit is null) as has_benefit,
        -- The word of the weakest part; 'assumed' < 'estimated' < 'measured'.
        min(confidence) as confidence
    from business_values
    group by {{ key }}

),

first_values as (

    select
        {{ owner | join(', ') }},
        min(value_date) filter (value > 0) as first_value_date
    from business_values
    group by all

),

first_costs as (

    select
        {{ owner | join(', ') }},
        min(charge_date) filter (effective_cost > 0) as first_cost_date
    from showback
    group by all

),

joined as (

    select
        {{ key }},
        valued.confidence,
        valued.outcome_name,
        valued.outcome_count,
        coalesce(margins.reporting_revenue, 0) as revenue,
        coalesce(valued.other_benefit, 0) as other_benefit,
        margins.reporting_effective_cost as cost,
        valued.confidence is not null as has_value,
        coalesce(valued.has_benefit, false) as has_benefit,
        coalesce(margins.has_cost, false) as has_cost,
        first_costs.first_cost_date,
        first_values.first_value_date
    from margins
    full outer join valued using ({{ key }})
    left join first_costs using ({{ owner | join(', ') }})
    left join first_values using ({{ owner | join(', ') }})

),

final as (

    select
        {{ owner | join(', ') }},
        confidence,
        outcome_name,
        {{ money('outcome_count') }} as outcome_count,
        {{ money('revenue') }} as reporting_revenue,
        {{ money('other_benefit') }} as reporting_other_benefit,
        {{ money(benefit) }} as reporting_benefit,
        {{ money('cost') }} as reporting_effective_cost,
        {{ money(benefit ~ ' - cost') }} as reporting_net_benefit,
        -- Tickets that nobody priced are no loss of all they cost.
        case when has_benefit then {{ ratio(benefit ~ ' - cost', 'cost') }} end
            as roi_ratio,
        case when has_benefit then {{ ratio(benefit, 'cost') }} end
            as benefit_cost_ratio,
        case when has_cost then {{ unit_cost('cost', 'outcome_count') }} end
            as cost_per_outcome,
        has_value,
        has_benefit,
        has_cost,
        first_cost_date,
        first_value_date,
        first_value_date - first_cost_date as days_to_value,
        billing_period_start
    from joined

)

select * from final
