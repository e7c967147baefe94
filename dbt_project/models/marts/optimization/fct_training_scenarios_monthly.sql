{#- What a scenario covers, and what it leaves of the money and of what a commitment pays. -#}
{%- set scenarios = {
    'spot': {'covered': 'spot_cost', 'paid': 'spot_factor', 'committed': '1'},
    'best_epoch': {
        'covered': 'epoch_cost', 'paid': 'epoch_factor',
        'committed': 'committed_epoch_factor',
    },
    'less_data': {
        'covered': 'effective_cost', 'paid': 'data_factor', 'committed': 'data_factor',
    },
} %}
with

-- What a commitment pays of a run's machines is paid without the run, too.
runs as (

    select
        source_name,
        billing_currency,
        billing_period_start,
        sum(effective_cost) as effective_cost,
        sum(effective_cost) filter (where paid_as = 'Committed') as committed_cost,
        sum(epoch_cost) as epoch_cost,
        sum(late_cost) as late_cost,
        sum(late_cost) filter (where paid_as = 'Committed') as committed_late_cost
    from {{ ref('int_training_waste') }}
    group by all

),

spot as (

    select
        source_name,
        billing_currency,
        billing_period_start,
        sum(eligible_cost) filter (where potential_savings is not null) as spot_cost,
        sum(potential_savings) filter (where potential_savings > 0) as spot_saving
    from {{ ref('fct_spot_savings_monthly') }}
    group by all

),

settings as (

    select * from {{ ref('int_planning_settings') }}

),

split as (

    select
        runs.* exclude (committed_cost, committed_late_cost),
        cast(coalesce(runs.committed_cost, 0) as double) as committed,
        runs.effective_cost - committed as paid,
        cast(coalesce(runs.committed_late_cost, 0) as double) as committed_late,
        coalesce(spot.spot_cost, 0) as spot_cost,
        coalesce(spot.spot_saving, 0) as spot_saving,
        cast(settings.training_data_share as double) as data_factor
    from runs
    cross join settings
    left join spot using (source_name, billing_currency, billing_period_start)

),

-- What each scenario leaves of a cost. They work on the same runs, so they multiply.
factors as (

    select
        *,
        {% for name, saving, cost in [
            ('spot_factor', 'spot_saving', 'paid'),
            ('epoch_factor', 'late_cost - committed_late', 'paid'),
            ('committed_epoch_factor', 'committed_late', 'committed'),
        ] %}
        1 - least(coalesce(({{ saving }}) / nullif({{ cost }}, 0), 0), 1) as {{ name }}
        {%- if not loop.last %},{% endif %}
        {% endfor %}
    from split

),

scenarios as (

    {% set so_far = {'paid': ['paid'], 'committed': ['committed']} %}
    {% for scenario, terms in scenarios.items() %}
    select
        *,
        '{{ scenario }}' as scenario,
        {{ loop.index }} as scenario_order,
        {{ terms.covered }} as covered_cost,
        paid * (1 - {{ terms.paid }}) as saving_alone,
        {{ so_far.paid | join(' * ') }} as paid_before,
        {{ so_far.committed | join(' * ') }} as committed_before,
        paid_before * {{ terms.paid }} as paid_after,
        committed_before * {{ terms.committed }} as committed_after
    from factors
    {% do so_far.paid.append(terms.paid) %}
    {% do so_far.committed.append(terms.committed) %}
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
        {{ money('paid_before + committed_before') }} as cost_before,
        {{ money('paid_after + committed_after') }} as cost_after,
        {{ money('paid_before - paid_after') }} as saving,
        {{ money('committed_before - committed_after') }} as freed_capacity_cost,
        {{ money('saving_alone') }} as saving_alone,
        {{ ratio('cost_after', 'cost_before') }} as cost_after_ratio,
        {{ ratio('cost_after', 'effective_cost') }} as running_cost_ratio,
        billing_period_start
    from scenarios

)

select * from final
