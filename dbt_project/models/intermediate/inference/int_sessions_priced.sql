-- Sessions by caller and model with what their tokens cost at the day's rates.
with

sessions as (

    select * from {{ ref('stg_usage__model_sessions') }}

),

rates as (

    select * from {{ ref('int_token_rates_by_model_daily') }}

),

priced as (

    select
        sessions.*,
        rates.billing_currency,
        {{ call_cost('sessions', 'rates') }} as estimated_cost

    from sessions

    left join rates
        on
            sessions.provider_name = rates.provider_name
            and sessions.model_id = rates.reported_model_id
            and sessions.processing_tier = rates.processing_tier
            and sessions.usage_date = rates.charge_date

)

select * from priced
