-- What each model of an account was asked in a month, how unevenly, and what it cost; of
-- self-hosted one with the GPU hours that it had. A charge that names no model is
-- in no row: nobody can host it elsewhere.
{%- set key = [
    'hosting', 'source_name', 'service_provider_name', 'sub_account_id', 'model_id',
    'billing_currency', 'billing_period_start',
] %}
with

inferences as (

    select
        *,
        case hosting when 'api' then service_provider_name else 'self-hosted' end
            as provider_name,
        case hosting when 'api' then sub_account_id else 'unassigned' end
            as asked_sub_account_id
    from {{ ref('fct_inference_costs_daily') }}
    where model_id != 'unassigned'

),

bursts as (

    select * from {{ ref('int_model_bursts_monthly') }}

),

served as (

    select
        'self_hosted' as hosting,
        *
    from {{ ref('int_served_models_monthly') }}

),

-- A bill knows the tokens of callers that no telemetry sees.
billed_tokens as (

    select
        'api' as hosting,
        {{ key[1:] | join(', ') }},
        {% for side in ['Input', 'Output'] %}
        case
            when count_if(token_count is null and effective_cost > 0) = 0
                then sum(token_count) filter (sku_meter like '%{{ side }} Tokens')
        end as billed_{{ side | lower }}_count{% if not loop.last %},{% endif %}
        {% endfor %}
    from {{ ref('fct_token_costs_daily') }}
    group by all

),

-- A count that misses what was paid for is no count.
asked as (

    select
        {{ key | join(', ') }},
        provider_name,
        asked_sub_account_id,
        {% for count in [
            'inference_count', 'input_token_count', 'output_token_count',
        ] %}
        case
            when count_if({{ count }} is null and effective_cost > 0) = 0
                then sum({{ count }})
        end as {{ count }},
        {% endfor %}
        count(distinct charge_date) as day_count,
        sum(effective_cost) as called_cost
    from inferences
    group by all

)

select
    asked.* exclude (provider_name, asked_sub_account_id, called_cost) replace (
        coalesce(billed_input_count, input_token_count) as input_token_count,
        coalesce(billed_output_count, output_token_count) as output_token_count
    ),
    coalesce(served.effective_cost, asked.called_cost) as effective_cost,
    served.* exclude ({{ key | join(', ') }}, effective_cost),
    bursts.* exclude (
        provider_name, asked_sub_account_id, model_id, billing_period_start
    )
from asked
left join billed_tokens using ({{ key | join(', ') }})
left join served using ({{ key | join(', ') }})
left join bursts
    using (provider_name, asked_sub_account_id, model_id, billing_period_start)
