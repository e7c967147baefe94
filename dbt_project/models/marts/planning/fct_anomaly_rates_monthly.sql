-- Events of series, rolled up: a drop that hides a surge in the sum is one event more here.
{%- set scopes = {
    'total': "'all'",
    'provider': 'service_provider_name',
    'ai_cost_class': 'ai_cost_class',
    'account': 'sub_account_id',
    'service': 'service_name',
} %}
with

costs as (

    select
        *,
        cast(date_trunc('month', charge_date) as date) as month
    from {{ ref('int_anomaly_series_costs_daily') }}
    -- What is not AI shows in fct_cost_anomalies, and in no rate of AI.
    where ai_cost_class != 'not_ai'

),

judged as (

    select * from {{ ref('int_anomaly_series_days_scored') }}

),

joined as (

    select
        costs.*,
        judged.anomaly_id,
        coalesce(judged.impact_cost, 0) as impact_cost
    from costs
    left join judged using (anomaly_series_id, charge_date)

),

rolled_up as (

    {% for scope_type, scope_value in scopes.items() %}
    select
        '{{ scope_type }}' as scope_type,
        {{ scope_value }} as scope_value,
        currency,
        count(distinct anomaly_id) as anomaly_count,
        sum(impact_cost) as unpredicted_cost,
        sum(abs(impact_cost)) as anomaly_cost,
        sum(effective_cost) as ai_cost,
        month
    from joined
    group by all
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

rated as (

    select
        *,
        {{ ratio('anomaly_cost', 'ai_cost') }} as anomaly_ratio
    from rolled_up

),

final as (

    select
        scope_type,
        scope_value,
        currency,
        case
            when anomaly_ratio < 0.02 then 'green'
            when anomaly_ratio <= 0.07 then 'yellow'
            when anomaly_ratio > 0.07 then 'red'
        end as band,
        anomaly_count,
        {{ money('unpredicted_cost') }} as unpredicted_cost,
        {{ money('anomaly_cost') }} as anomaly_cost,
        {{ money('ai_cost') }} as ai_cost,
        anomaly_ratio,
        month

    from rated

)

select * from final
