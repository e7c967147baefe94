-- The rates of a model's four token meters side by side, to price single calls.
with

token_charges as (

    select * from {{ ref('int_token_charges') }}

),

token_prices as (

    select * from {{ ref('int_token_prices_daily') }}

),

model_names as (

    select distinct
        provider_name,
        model_id,
        reported_model_id,
        usage_date
    from {{ ref('int_model_usage_with_billed_names') }}

),

-- What the bill itself charged for a token, over all accounts; where it states no
-- quantities, what the price book says.
billed as (

    select
        service_provider_name as provider_name,
        model_id,
        sku_meter,
        processing_tier,
        billing_currency,
        charge_date,
        sum(effective_cost) as effective_cost,
        sum(token_count) as token_count
    from token_charges
    group by all

),

rated as (

    select
        provider_name,
        model_id,
        sku_meter,
        processing_tier,
        billing_currency,
        charge_date,
        coalesce(
            cast(billed.effective_cost as double)
            / nullif(cast(billed.token_count as double), 0),
            cast(token_prices.price_per_1m_tokens as double) / 1000000
        ) as cost_per_token,
        case
            when billed.token_count > 0 then 'bill'
            else 'price book'
        end as rate_basis

    from billed

    full outer join token_prices using (
        provider_name,
        model_id,
        sku_meter,
        processing_tier,
        billing_currency,
        charge_date
    )

),

side_by_side as (

    select
        provider_name,
        model_id,
        processing_tier,
        billing_currency,
        charge_date,
        {% for meter, column in [
            ('Input Tokens', 'input_rate'),
            ('Cache Read Input Tokens', 'cache_read_rate'),
            ('Cache Write Input Tokens', 'cache_write_rate'),
            ('Output Tokens', 'output_rate'),
        ] %}
        max(cost_per_token) filter (where sku_meter = '{{ meter }}') as {{ column }},
        {% endfor %}
        case when bool_and(rate_basis = 'bill') then 'bill' else 'price book' end
            as rate_basis
    from rated
    where cost_per_token is not null
    group by all

),

by_reported_name as (

    select
        side_by_side.*,
        coalesce(model_names.reported_model_id, side_by_side.model_id)
            as reported_model_id
    from side_by_side
    left join model_names
        on
            side_by_side.provider_name = model_names.provider_name
            and side_by_side.model_id = model_names.model_id
            and side_by_side.charge_date = model_names.usage_date

)

select * from by_reported_name
