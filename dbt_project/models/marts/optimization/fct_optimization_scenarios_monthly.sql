{%- set scenarios = {
    'small_model': {
        'share': 'small_share', 'before': 'effective_cost', 'after': 'after_small',
        'target': 'small_model_id', 'basis': 'small_price_basis',
        'known': 'small_alternative_cost is not null',
        'alone': 'small_share * (effective_cost - small_alternative_cost)',
    },
    'batch': {
        'share': 'batch_share', 'before': 'after_small', 'after': 'after_batch',
        'target': 'model_id', 'basis': 'batch_price_basis',
        'known': 'batch_alternative_cost is not null',
        'alone': 'given_batch_share * (effective_cost - batch_alternative_cost)',
    },
    'stop_caching': {
        'share': '1', 'before': 'after_batch', 'after': 'after_cache',
        'target': 'model_id', 'basis': 'as_is_price_basis',
        'known': 'as_is_uncached_cost is not null',
        'alone': 'effective_cost - as_is_uncached_cost',
    },
} %}
with

costs as (

    select * from {{ ref('int_optimization_scenario_costs_monthly') }}

),

-- Each scenario works on what the one before it left. The last one prices the prompts of
-- each part of the work without a cache, where that is cheaper than with it; greatest()
-- passes over what is unknown, and gives 0.
chained as (

    select
        *,
        cast(small_share as double)
        * coalesce(effective_cost - small_alternative_cost, 0) as small_saving,
        cast(batch_share as double)
        * coalesce(effective_cost - batch_alternative_cost, 0) as batch_saving,
        cast(1 - small_share - batch_share as double)
        * greatest(effective_cost - as_is_uncached_cost, 0)
        + cast(small_share as double)
        * greatest(small_alternative_cost - small_uncached_cost, 0)
        + cast(batch_share as double)
        * greatest(batch_alternative_cost - batch_uncached_cost, 0)
            as cache_saving
    from costs

),

stepped as (

    select
        *,
        {{ money('effective_cost - small_saving') }} as after_small,
        {{ money('effective_cost - small_saving - batch_saving') }} as after_batch,
        {{ money('effective_cost - small_saving - batch_saving - cache_saving') }}
            as after_cache
    from chained

),

scenarios as (

    {% for scenario, terms in scenarios.items() %}
    select
        *,
        '{{ scenario }}' as scenario,
        {{ loop.index }} as scenario_order,
        {{ terms.target }} as target_model_id,
        {{ terms.known }} as is_priced,
        case when {{ terms.known }} then {{ terms.basis }} end as price_basis,
        {{ terms.share }} as traffic_ratio,
        {{ money(terms.before) }} as cost_before,
        {{ terms.after }} as cost_after,
        {{ terms.alone }} as unchained_saving
    from stepped
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

final as (

    select
        source_name,
        service_provider_name,
        sub_account_id,
        model_id,
        scenario,
        cast(scenario_order as integer) as scenario_order,
        case
            when scenario = 'small_model' and target_model_id is null
                then 'no small model'
            when not is_priced then 'no price'
            when cost_after < cost_before then 'saves'
            else 'saves nothing'
        end as finding,
        target_model_id,
        price_basis,
        {{ money('traffic_ratio') }} as traffic_ratio,
        billing_currency,
        {{ money('effective_cost') }} as effective_cost,
        cost_before,
        cost_after,
        {{ money('cost_before - cost_after') }} as saving,
        case
            when is_priced then {{ money('greatest(unchained_saving, 0)') }}
        end as saving_alone,
        {{ ratio('cost_after', 'cost_before') }} as cost_after_ratio,
        {{ ratio('cost_after', 'effective_cost') }} as running_cost_ratio,
        billing_period_start

    from scenarios

)

select * from final
