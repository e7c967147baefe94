{%- set prompt = [
    'model_id', 'project_name', 'feature_name', 'prompt_name', 'prompt_version',
] %}
{%- set calls = [
    'inference_count', 'billed_inference_count', 'truncated_request_count', 'input_token_count',
    'cache_read_token_count', 'cache_write_token_count', 'output_token_count',
] %}
{%- set costs = ['billed_cost', 'effective_cost', 'inference_cost'] %}
{%- set sessions = [
    'session_count', 'ended_session_count', 'resolved_session_count', 'session_token_count',
] %}
{%- set classes = {
    'input_uncached': 'input_token_count - coalesce(cache_read_token_count, 0)'
        ~ ' - coalesce(cache_write_token_count, 0)',
    'cache_read': 'cache_read_token_count',
    'cache_write': 'cache_write_token_count',
    'output': 'output_token_count',
} %}
with

inferences as (

    select
        *,
        case when is_billed then inference_count end as billed_inference_count,
        case when is_billed and inference_count is not null then effective_cost end
            as inference_cost,
        case hosting when 'api' then service_provider_name else 'self-hosted' end
            as provider_name
    from {{ ref('fct_inference_costs_daily') }}

),

outcomes as (

    select * from {{ ref('int_prompt_outcomes_monthly') }}

),

summed_to_month as (

    select
        hosting,
        source_name,
        service_provider_name,
        provider_name,
        {{ prompt | join(', ') }},
        billing_currency,
        {% for count in calls %}
        sum({{ count }}) as {{ count }},
        {% endfor %}
        sum(input_token_count) + sum(output_token_count) as token_count,
        {% for cost in costs %}
        sum({{ cost }}) as {{ cost }},
        {% endfor %}
        min(charge_date) filter (where inference_count > 0) as first_date,
        max(charge_date) filter (where inference_count > 0) as last_date,
        billing_period_start
    from inferences
    group by all

),

-- Of two bills of the same prompt the one with more tokens has its sessions.
joined as (

    select
        {% for count in sessions %}
        case when row_number() over by_size = 1 then outcomes.{{ count }} end
            as {{ count }},
        {% endfor %}
        summed_to_month.*
    from summed_to_month
    left join outcomes
        using (provider_name, {{ prompt | join(', ') }}, billing_period_start)
    window by_size as (
        partition by provider_name, {{ prompt | join(', ') }}, billing_period_start
        order by token_count desc nulls last, source_name asc, billing_currency asc
    )

),

final as (

    select
        hosting,
        source_name,
        service_provider_name,
        {{ prompt | join(', ') }},
        billing_currency,
        {% for count in calls + sessions %}
        cast({{ count }} as bigint) as {{ count }},
        {% endfor %}
        {% for cost in costs %}
        {{ money(cost) }} as {{ cost }},
        {% endfor %}
        {{ money(
            'cast(effective_cost as double) * session_token_count '
            ~ '/ nullif(token_count, 0)'
        ) }} as session_cost,
        {{ unit_cost('token_count', 'inference_count') }} as tokens_per_inference,
        {% for class, count in classes.items() %}
        {{ unit_cost(count, 'inference_count') }} as {{ class }}_tokens_per_inference,
        {% endfor %}
        {% for name, part, whole in [
            ('cost_per_inference', 'inference_cost', 'billed_inference_count'),
            ('cost_per_resolved_session', 'session_cost', 'resolved_session_count'),
            ('tokens_per_resolved_session', 'session_token_count',
            'resolved_session_count'),
        ] %}
        {{ unit_cost(part, whole) }} as {{ name }},
        {% endfor %}
        case
            when ended_session_count > 0
                then {{ ratio('resolved_session_count', 'session_count') }}
        end as resolved_ratio,
        {{ ratio('ended_session_count', 'session_count') }} as ended_ratio,
        first_date,
        last_date,
        billing_period_start
    from joined

)

select * from final
