{%- set model = 'hosting, source_name, service_provider_name, sub_account_id, '
    ~ 'model_id, billing_currency' %}
with

variants as (

    select * from {{ ref('int_model_variants_monthly') }}

),

-- Speeds on two GPUs, or answers to two sets of questions, say nothing of each other.
compared as (

    select
        *,
        {% for measure, test in [
            ('tokens_per_gpu_second', 'gpu_name'),
            ('judged_answer_count', 'evaluation_name'),
            ('passing_answer_count', 'evaluation_name'),
        ] %}
        case
            when {{ test }} = max({{ test }}) filter (is_served) over of_model
                then max({{ measure }}) filter (is_served) over of_model
        end as served_{{ measure }},
        {% endfor %}
        case
            when is_served then 1
            else served_tokens_per_gpu_second / tokens_per_gpu_second
        end as hours_ratio
    from variants
    window of_model as (partition by {{ model }}, billing_period_start)

),

costed as (

    select
        * replace ({{ money('cast(gpu_hours as double) * hours_ratio') }} as gpu_hours),
        {{ money('cast(effective_cost as double) * hours_ratio') }} as variant_cost,
        {{ ratio('passing_answer_count', 'judged_answer_count') }} as pass_rate,
        {{ ratio('served_passing_answer_count', 'served_judged_answer_count') }}
        - pass_rate as quality_loss
    from compared

)

select
    {{ model }},
    precision,
    decoding,
    is_served,
    evaluation_name,
    gpu_name,
    cast(inference_count as bigint) as inference_count,
    judged_answer_count,
    passing_answer_count,
    pass_rate,
    case when not is_served then quality_loss end as quality_loss,
    tokens_per_gpu_second,
    served_tokens_per_gpu_second,
    gpu_hours,
    {{ money('effective_cost') }} as effective_cost,
    variant_cost,
    {{ money('effective_cost - variant_cost') }} as saving,
    {{ unit_cost('variant_cost', 'inference_count') }} as cost_per_inference,
    {{ unit_cost('variant_cost', 'inference_count * cast(pass_rate as double)') }}
        as cost_per_passing_answer,
    case
        when is_served and pass_rate is not null then 'served'
        when variant_cost is null or quality_loss is null then 'no evidence'
        when quality_loss > settings.quality_tolerance then 'loses quality'
        when variant_cost < effective_cost then 'saves'
        else 'costs more'
    end as verdict,
    billing_period_start
from costed
cross join {{ ref('int_planning_settings') }} as settings
