-- Which part of the cost of real-time calls could wait, by what the seed
-- batch_eligibility knows of their model, workload and feature.
with

inferences as (

    select *
    from {{ ref('fct_inference_costs_daily') }}
    where hosting = 'api' and processing_tier = 'standard'

),

patterns as (

    select * from {{ ref('batch_eligibility') }}

),

judged as (

    select
        *,
        {% for matched_by, column in {
            'model': 'model_id', 'workload': 'workload_name', 'feature': 'feature_name'
        }.items() %}
        exists (
            select 1
            from patterns
            where
                patterns.matched_by = '{{ matched_by }}'
                and lower(inferences.{{ column }}) like patterns.name_like
        ){% if not loop.last %} or{% endif %}
        {% endfor %} as is_eligible
    from inferences

),

summed_to_month as (

    select
        source_name,
        service_provider_name,
        sub_account_id,
        model_id,
        billing_currency,
        coalesce(sum(effective_cost) filter (where is_eligible), 0) as eligible_cost,
        sum(effective_cost) as effective_cost,
        billing_period_start
    from judged
    group by all

)

select * from summed_to_month
