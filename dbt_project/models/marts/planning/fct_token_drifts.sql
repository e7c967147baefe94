{%- set scope = 'hosting, service_provider_name, model_id, project_name, feature_name, '
    ~ 'billing_currency' %}
{%- set tokens = ['input_tokens', 'cache_read_tokens', 'output_tokens'] %}
with

-- Only closed days, so that a drift stays what it was.
summed_to_day as (

    select
        {{ scope }},
        sum(inference_count) as inference_count,
        sum(coalesce(input_token_count, 0) - coalesce(cache_read_token_count, 0))
            as input_tokens,
        sum(coalesce(cache_read_token_count, 0)) as cache_read_tokens,
        sum(coalesce(output_token_count, 0)) as output_tokens,
        sum(effective_cost) as effective_cost,
        charge_date
    from {{ ref('fct_inference_costs_daily') }}
    inner join {{ ref('int_days_closed') }} using (source_name)
    where inference_count > 0 and charge_date <= closed_date
    group by all

),

-- Of each day the seven that end with it, and the 28 before them.
compared as (

    select
        *,
        {% for count in ['inference_count'] + tokens %}
        sum({{ count }}) over recent as recent_{{ count }},
        sum({{ count }}) over earlier as earlier_{{ count }},
        {% endfor %}
        sum(effective_cost) over recent as recent_cost,
        count(*) over earlier as earlier_day_count
    from summed_to_day
    window
        by_day as (partition by {{ scope }} order by charge_date),
        recent as (by_day range between interval 6 day preceding and current row),
        earlier as (
            by_day range between interval 34 day preceding and interval 7 day preceding
        )

),

-- A cache read costs next to nothing, so it is no part of what drifts, but may be its cause.
divided as (

    select
        *,
        {% for when, named in {'recent': '', 'earlier': 'earlier_'}.items() %}
        {{ unit_cost(
            when ~ '_input_tokens + ' ~ when ~ '_output_tokens',
            when ~ '_inference_count'
        ) }} as {{ named }}tokens_per_inference,
        {% endfor %}
        {% for count in tokens %}
        recent_{{ count }} / recent_inference_count
        - earlier_{{ count }} / earlier_inference_count as {{ count }}_change,
        {% endfor %}
        {{ ratio('tokens_per_inference', 'earlier_tokens_per_inference') }}
            as drift_ratio,
        {{ money(
            'cast(recent_cost as double) * (tokens_per_inference '
            ~ '- earlier_tokens_per_inference) / nullif(tokens_per_inference, 0)'
        ) }} as drift_cost
    from compared

),

drifting as (

    select
        divided.*,
        case when drift_ratio > 1 then 'up' else 'down' end as direction
    from divided
    cross join {{ ref('int_planning_settings') }} as settings
    left join {{ ref('int_reporting_rates_monthly') }} as rates
        on
            divided.billing_currency = rates.billing_currency
            and date_trunc('month', charge_date) = rates.billing_period_start
    where
        earlier_day_count >= 7
        and abs(drift_ratio - 1) > settings.token_drift_threshold
        and abs(drift_cost) * coalesce(rates.rate, 1) >= settings.token_drift_floor

),

-- A drift is reported once: on its first day, unless it was away for a week.
begun as (

    select *
    from drifting
    qualify coalesce(charge_date - lag(charge_date) over (
        partition by {{ scope }}, direction order by charge_date
    ) > 7, true)

)

select
    md5(concat_ws('|', {{ scope }}, direction, charge_date)) as drift_id,
    {{ scope }},
    direction,
    case
        when
            sign(cache_read_tokens_change) = -sign(input_tokens_change)
            and 2 * abs(cache_read_tokens_change) >= abs(input_tokens_change)
            then 'cache'
        when abs(input_tokens_change) < abs(output_tokens_change) then 'output'
        else 'input'
    end as cause,
    cast(recent_inference_count as bigint) as inference_count,
    cast(earlier_inference_count as bigint) as earlier_inference_count,
    tokens_per_inference,
    earlier_tokens_per_inference,
    drift_ratio,
    {{ money('recent_cost') }} as effective_cost,
    drift_cost,
    charge_date as first_date
from begun
