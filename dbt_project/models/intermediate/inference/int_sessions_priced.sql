-- Sessions by caller and model with what their tokens cost at the day's rates.
{%- set labels = [
    'project_name', 'workload_name', 'feature_name', 'tenant_id', 'environment_name',
] %}
with

sessions as (

    select * from {{ ref('int_sessions_ended') }}

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

rates as (

    select * from {{ ref('int_token_rates_by_model_daily') }}

),

priced as (

    select
        sessions.* exclude ({{ labels | join(', ') }}),
        {% for name in labels %}
        {{ caller_label('sessions', name) }} as {{ name }},
        {% endfor %}
        rates.billing_currency,
        case
            when sessions.request_count = sessions.failed_request_count
                then coalesce({{ call_cost('sessions', 'rates') }}, 0)
            else {{ call_cost('sessions', 'rates') }}
        end as estimated_cost

    from sessions

    cross join settings

    left join rates
        on
            sessions.provider_name = rates.provider_name
            and coalesce(sessions.sub_account_id, 'unassigned') = rates.sub_account_id
            and sessions.model_id = rates.reported_model_id
            and sessions.processing_tier = rates.processing_tier
            and sessions.usage_date = rates.charge_date

)

select * from priced
