{%- set prompt = [
    'model_id', 'project_name', 'feature_name', 'prompt_name', 'prompt_version',
] %}
{%- set calls = [
    'inference_count', 'truncated_request_count', 'input_token_count',
    'cache_read_token_count', 'cache_write_token_count', 'output_token_count',
] %}
{%- set sessions = [
    'ended_session_count', 'resolved_session_count', 'session_token_count',
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
        case when hosting = 'api' then service_provider_name else 'self-hosted' end
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
        sum(billed_cost) as billed_cost,
        sum(input_token_count) + sum(output_token_count) as token_count,
        sum(effective_cost) as effective_cost,
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
        {{ money('billed_cost') }} as billed_cost,
        {{ money('effective_cost') }} as effective_cost,
        {{ money(
            'cast(effective_cost as double) * session_token_count '
            ~ '/ nullif(token_count, 0)'
        ) }} as session_cost,
        {{ unit_cost('token_count', 'inference_count') }} as tokens_per_inference,
        {% for class, count in classes.items() %}
        {{ unit_cost(count, 'inference_count') }} as {{ class }}_tokens_per_inference,
        {% endfor %}
        {{ unit_cost('effective_cost', 'inference_count') }} as cost_per_inference,
        {{ unit_cost('session_token_count', 'resolved_session_count') }}
            as tokens_per_resolved_session,
        {{ unit_cost('session_cost', 'resolved_session_count') }}
            as cost_per_resolved_session,
        {{ ratio('resolved_session_count', 'ended_session_count') }} as resolved_ratio,
        first_date,
        last_date,
        billing_period_start
    from joined

)

select * from final
