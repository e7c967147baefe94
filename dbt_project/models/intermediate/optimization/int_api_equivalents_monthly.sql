-- Which API model could replace a self-hosted one, by the seed
-- model_equivalents, and what its tokens cost: at our own bill's price of the month, else
-- the newest that a list has in it. Of several the preferred one that has a price.
{%- set month = ['billing_currency', 'billing_period_start'] | join(', ') %}
with

served as (

    select * from {{ ref('int_served_models_monthly') }}

),

equivalents as (

    select * from {{ ref('model_equivalents') }}

),

bills as (

    select
        service_provider_name as provider_name,
        model_id,
        sku_meter,
        {{ month }},
        {{ unit_cost('sum(effective_cost)', 'sum(token_count)', per=1000000) }} as price
    from {{ ref('fct_token_costs_daily') }}
    where processing_tier = 'standard'
    group by all

),

lists as (

    select *
    from {{ ref('int_list_prices') }}
    where processing_tier = 'standard'

),

asked as (

    select distinct
        served.model_id as served_model_id,
        {{ month }},
        equivalents.provider_name,
        equivalents.model_id,
        equivalents.preference,
        unnest(['Input Tokens', 'Output Tokens']) as sku_meter
    from served
    inner join equivalents on served.model_id = equivalents.self_hosted_model_id
    where equivalents.valid_from <= served.billing_period_start

),

priced as (

    select
        asked.*,
        coalesce(bills.price, lists.price_per_1m_tokens) as price,
        case when bills.price is null then 'list' else 'bill' end as price_basis
    from asked
    left join bills using (provider_name, model_id, sku_meter, {{ month }})
    left join lists
        on
            asked.provider_name = lists.provider_name
            and asked.model_id = lists.model_id
            and asked.sku_meter = lists.sku_meter
            and asked.billing_currency = lists.billing_currency
            and asked.billing_period_start + interval 1 month > lists.valid_from
            and asked.billing_period_start < lists.valid_to
    qualify
        row_number() over (
            partition by
                asked.served_model_id, asked.billing_currency,
                asked.billing_period_start, asked.provider_name, asked.model_id,
                asked.preference, asked.sku_meter
            order by
                lists.valid_from desc, lists.preference asc,
                lists.price_per_1m_tokens asc
        ) = 1

),

chosen as (

    select
        served_model_id,
        {{ month }},
        provider_name as api_provider_name,
        model_id as api_model_id,
        max(price) filter (sku_meter = 'Input Tokens') as input_price,
        max(price) filter (sku_meter = 'Output Tokens') as output_price,
        max(price_basis) as api_price_basis
    from priced
    group by served_model_id, {{ month }}, provider_name, model_id, preference
    qualify
        row_number() over (
            partition by served_model_id, {{ month }}
            order by count(price) desc, preference asc, provider_name asc, model_id asc
        ) = 1

)

select * from chosen
