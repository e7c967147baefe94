{%- set scenarios = {
    'spot': {'factor': 'spot_factor', 'covered': 'spot_cost'},
    'best_epoch': {'factor': 'epoch_factor', 'covered': 'epoch_cost'},
    'less_data': {'factor': 'data_factor', 'covered': 'effective_cost'},
} %}
with

runs as (

    select
        source_name,
        billing_currency,
        billing_period_start,
        sum(effective_cost) as effective_cost
    from {{ ref('fct_training_run_costs') }}
    where cost_basis = 'machine_time' and run_id != 'unassigned'
    group by all

),

spot as (

    select
        source_name,
        billing_currency,
        billing_period_start,
        sum(eligible_cost) filter (where potential_savings is not null) as spot_cost,
        sum(potential_savings) as spot_saving
    from {{ ref('fct_spot_savings_monthly') }}
    group by all

),

-- An epoch over a month's end is in both months, each with what it cost there.
epochs as (

    select
        costs.source_name,
        costs.billing_currency,
        costs.billing_period_start,
        sum(costs.effective_cost) as epoch_cost,
        sum(case when epochs.is_after_best then costs.effective_cost else 0 end)
            as epoch_saving
    from {{ ref('int_training_epoch_costs') }} as costs
    inner join {{ ref('int_training_epochs') }} as epochs
        on
            costs.run_id = epochs.run_id
            and costs.epoch_number = epochs.epoch_number
    where epochs.is_after_best is not null
    group by all

),

settings as (

    select * from {{ ref('int_planning_settings') }}

),

-- What each scenario leaves of a cost. They work on the same runs, so they multiply.
factors as (

    select
        runs.*,
        coalesce(spot.spot_cost, 0) as spot_cost,
        coalesce(epochs.epoch_cost, 0) as epoch_cost,
        1 - least(coalesce(cast(spot.spot_saving as double) / nullif(
            runs.effective_cost, 0
        ), 0), 1) as spot_factor,
        1 - least(coalesce(cast(epochs.epoch_saving as double) / nullif(
            runs.effective_cost, 0
        ), 0), 1) as epoch_factor,
        cast(settings.training_data_share as double) as data_factor
    from runs
    cross join settings
    left join spot using (source_name, billing_currency, billing_period_start)
    left join epochs using (source_name, billing_currency, billing_period_start)

),

scenarios as (

    {% set so_far = ['1'] %}
    {% for scenario, terms in scenarios.items() %}
    select
        *,
        '{{ scenario }}' as scenario,
        {{ loop.index }} as scenario_order,
        {{ terms.covered }} as covered_cost,
        {{ terms.factor }} as factor,
        {{ so_far | join(' * ') }} as factor_before
    from factors
    {% do so_far.append(terms.factor) %}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

final as (

    select
        source_name,
        scenario,
        cast(scenario_order as integer) as scenario_order,
        billing_currency,
        {{ money('effective_cost') }} as effective_cost,
        {{ money('covered_cost') }} as covered_cost,
        {{ money('effective_cost * factor_before') }} as cost_before,
        {{ money('effective_cost * factor_before * factor') }} as cost_after,
        {{ money('effective_cost * factor_before * (1 - factor)') }} as saving,
        {{ money('effective_cost * (1 - factor)') }} as saving_alone,
        {{ money('factor') }} as cost_after_ratio,
        {{ money('factor_before * factor') }} as running_cost_ratio,
        billing_period_start

    from scenarios

)

select * from final
