with

token_charges as (

    select * from {{ ref('int_token_charges') }}

),

usage as (

    select * from {{ ref('int_model_usage_by_meter') }}

),

token_prices as (

    select * from {{ ref('token_prices') }}

),

seen as (

    select
        service_provider_name,
        model_id,
        charge_date as seen_date
    from token_charges

    union all

    select
        provider_name as service_provider_name,
        model_id,
        usage_date as seen_date
    from usage

),

summed as (

    select
        seen.service_provider_name,
        seen.model_id,
        bool_or(token_prices.model_id is not null) as has_list_price,
        min(seen.seen_date) as first_seen_date,
        max(seen.seen_date) as last_seen_date

    from seen

    left join token_prices
        on
            seen.service_provider_name = token_prices.provider_name
            and seen.model_id = token_prices.model_id

    group by all

)

select * from summed
