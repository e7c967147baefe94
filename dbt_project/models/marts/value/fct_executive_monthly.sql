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

-- Return is of what has both: value without cost, and cost that nobody valued, say none.
valued as (

    select
        {{ month | join(', ') }},
        sum(reporting_benefit) as benefit,
        sum(reporting_benefit) filter (has_value and has_cost) as compared_benefit,
        sum(reporting_effective_cost) filter (has_value and has_cost) as valued_cost,
        min(confidence) as confidence
    from {{ ref('fct_value_monthly') }}
    group by all

),

saved as (

    select
        {{ month | join(', ') }},
        sum({{ money('cast(effective_savings as double) * rate') }}) as savings,
        sum({{ money('cast(rated_list_cost as double) * rate') }}) as list_cost
    from {{ ref('fct_effective_savings_monthly') }}
    inner join {{ ref('int_reporting_rates_monthly') }}
        using (billing_currency, billing_period_start)
    group by all

),

-- Waste is measured and bought nothing, whether it can be saved or is paid all the same;
-- the rest of what could be saved is a what-if.
savable as (

    select
        {{ month | join(', ') }},
        sum(reporting_net_saving) as potential_saving,
        sum(reporting_net_saving + reporting_freed_capacity_cost) filter (
            opportunity_type in (
                'stop_idle', 'avoid_lost_work', 'stop_at_best_epoch', 'fix_pipelines',
                'use_commitment'
            )
        ) as wasted_cost
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
        {{ ratio('coalesce(wasted_cost, 0)', 'coalesce(ai_cost, 0)') }} as waste_ratio,
        {{ money('coalesce(potential_saving, 0)') }} as reporting_potential_saving,
        -- On top of what the same row says is spent, which goes by billing period.
        {{ money('coalesce(effective_cost, 0) + forecast.expected_rest_cost') }}
            as projected_cost,
        {{ money('projected_cost + forecast.cost_at_risk') }} as upper_90_cost,
        billing_period_start
    from spent
    left join valued using ({{ month | join(', ') }})
    left join saved using ({{ month | join(', ') }})
    left join savable using ({{ month | join(', ') }})
    -- Before its first charge a month has a forecast only.
    full outer join forecast using ({{ month | join(', ') }})

)

select * from final
