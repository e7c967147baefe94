-- One line a month of what other marts say; nothing is worked out here but their sums.
{%- set month = ['reporting_currency', 'billing_period_start'] %}
with

spent as (

    select
        {{ month | join(', ') }},
        sum(reporting_effective_cost) as effective_cost,
        sum(reporting_effective_cost) filter (ai_cost_class != 'not_ai') as ai_cost,
        sum(reporting_effective_cost) filter (allocation_step = 'unassigned')
            as unassigned_cost
    from {{ ref('fct_showback_daily') }}
    group by all

),

-- A benefit is often given for a project, and its cost by feature and tenant, too: summed to
-- the project before anything divides, the benefit meets all of the cost that earned it.
projects as (

    select
        project_name,
        {{ month | join(', ') }},
        sum(reporting_benefit) as benefit,
        sum(reporting_effective_cost) as cost,
        bool_or(has_benefit)
        and bool_or(has_cost)
        and bool_and(project_name != 'unassigned') as is_compared,
        min(confidence) as confidence
    from {{ ref('fct_value_monthly') }}
    group by all

),

-- Return is of what has both: value without cost, and cost that nobody valued, say none.
valued as (

    select
        {{ month | join(', ') }},
        sum(benefit) as benefit,
        sum(benefit) filter (is_compared) as compared_benefit,
        sum(cost) filter (is_compared) as valued_cost,
        min(confidence) as confidence
    from projects
    group by all

),

saved as (

    select
        {{ month | join(', ') }},
        sum(reporting_effective_savings) as savings,
        sum(reporting_list_cost) as list_cost
    from {{ ref('fct_effective_savings_monthly') }}
    group by all

),

wasted as (

    select
        {{ month | join(', ') }},
        sum(reporting_waste_cost) as wasted_cost
    from {{ ref('fct_waste_monthly') }}
    group by all

),

savable as (

    select
        {{ month | join(', ') }},
        sum(reporting_net_saving) as potential_saving
    from {{ ref('fct_opportunities') }}
    group by all

),

forecast as (

    select
        currency as reporting_currency,
        cast(month as timestamp) as billing_period_start,
        expected_rest_cost,
        cost_at_risk
    from {{ ref('fct_month_end_projections') }}
    where scope_type = 'total'

),

final as (

    select
        reporting_currency,
        valued.confidence as value_confidence,
        {{ money('coalesce(effective_cost, 0)') }} as reporting_effective_cost,
        {{ money('coalesce(ai_cost, 0)') }} as reporting_ai_cost,
        {{ ratio('coalesce(ai_cost, 0)', 'effective_cost') }} as ai_cost_ratio,
        {{ money('coalesce(unassigned_cost, 0)') }} as reporting_unassigned_cost,
        {{ money('coalesce(benefit, 0)') }} as reporting_benefit,
        {{ money('compared_benefit') }} as compared_benefit,
        {{ money('valued_cost') }} as valued_cost,
        {{ ratio('compared_benefit - valued_cost', 'valued_cost') }} as roi_ratio,
        {{ money('savings') }} as reporting_effective_savings,
        {{ money('list_cost') }} as reporting_list_cost,
        {{ ratio('savings', 'list_cost') }} as effective_savings_rate,
        {{ money('coalesce(wasted_cost, 0)') }} as reporting_wasted_cost,
        {{ ratio('coalesce(wasted_cost, 0)', 'effective_cost') }} as waste_ratio,
        {{ money('coalesce(potential_saving, 0)') }} as reporting_potential_saving,
        -- On top of what the same row says is spent, which goes by billing period.
        {{ money('coalesce(effective_cost, 0) + forecast.expected_rest_cost') }}
            as projected_cost,
        {{ money('projected_cost + forecast.cost_at_risk') }} as upper_90_cost,
        billing_period_start
    from spent
    left join valued using ({{ month | join(', ') }})
    left join saved using ({{ month | join(', ') }})
    left join wasted using ({{ month | join(', ') }})
    left join savable using ({{ month | join(', ') }})
    -- Before its first charge a month has a forecast only.
    full outer join forecast using ({{ month | join(', ') }})

)

select * from final
