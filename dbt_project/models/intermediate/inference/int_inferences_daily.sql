-- Answers of models and what they cost, by API and self-hosted, as
-- fct_inference_costs_daily counts them; without their callers. Calls whose cost is not
-- known, or not all of it, are not counted.
{% for hosting in ['api', 'self_hosted'] %}
select
    '{{ hosting }}' as hosting,
    source_name,
    service_provider_name,
    sub_account_id,
    model_id,
    processing_tier,
    billing_currency,
    case
        when {{ 'is_billed' if hosting == 'api' else 'true' }} then {{ answered() }}
    end as inference_count,
    coalesce(effective_cost, 0) as effective_cost,
    charge_date,
    billing_period_start
from {{ ref('int_' ~ hosting ~ '_inferences') }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
