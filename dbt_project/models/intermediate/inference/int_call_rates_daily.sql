-- The rates of a model's four token meters side by side, to price single calls.
with

rates as (

    select * from {{ ref('int_token_rates_daily') }}

),

model_names as (

    select distinct
        provider_name,
        model_id,
        said_model_id
    from {{ ref('int_model_usage_named') }}

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
    from rates
    group by all

),

by_said_name as (

    select
        side_by_side.*,
        coalesce(model_names.said_model_id, side_by_side.model_id) as said_model_id
    from side_by_side
    left join model_names
        on
            side_by_side.provider_name = model_names.provider_name
            and side_by_side.model_id = model_names.model_id

)

select * from by_said_name
