-- What tokens would cost without calls that fail and a cache that loses money, in batches,
-- and of a smaller model. The scope of a finding is what the account paid for all tokens of the model.
{%- set scope = [
    'source_name', 'service_provider_name', 'sub_account_id', 'model_id',
    'billing_currency', 'billing_period_start',
] %}
with

model_costs as (

    select
        {{ scope | join(', ') }},
        sum(effective_cost) as scope_cost
    from {{ ref('fct_token_costs_daily') }}
    group by all

),

-- Of a self-hosted model the machine costs the same; what it does for nothing is idle.
failed_answers as (

    select
        {{ scope | join(', ') }},
        'avoid_failed_answers' as opportunity_type,
        coalesce(failed_cost, 0) + coalesce(retried_cost, 0) as gross_saving
    from {{ ref('fct_inference_waste_monthly') }}
    where hosting = 'api'

),

-- A cache that saves on the whole can still lose on days on which nobody reads it.
losing_caches as (

    select
        {{ scope | join(', ') }},
        'stop_caching' as opportunity_type,
        -least(
            sum(cache_saving), sum(cache_saving) filter (cache_read_token_count = 0)
        ) as gross_saving
    from {{ ref('fct_cache_economics_daily') }}
    group by all

),

missed_batches as (

    select
        {{ scope | join(', ') }},
        'send_in_batches' as opportunity_type,
        missed_savings as gross_saving
    from {{ ref('fct_batch_economics_monthly') }}

),

-- Only the swap: which calls can wait, missed_batches knows better than an assumed share.
swaps as (

    select
        {{ scope | join(', ') }},
        scenario as opportunity_type,
        saving_alone as gross_saving,
        target_model_id as detail
    from {{ ref('fct_optimization_scenarios_monthly') }}
    where scenario = 'small_model'

),

findings as (

    {% for finding in [
        'failed_answers', 'losing_caches', 'missed_batches', 'swaps'
    ] %}
    select * from {{ finding }}
    {% if not loop.last %}union all by name{% endif %}
    {% endfor %}

)

select
    findings.*,
    findings.model_id as scope_value,
    model_costs.scope_cost
from findings
inner join model_costs using ({{ scope | join(', ') }})
-- Where nothing can be saved there is no finding; the marts hold those rows.
where findings.gross_saving > 0
