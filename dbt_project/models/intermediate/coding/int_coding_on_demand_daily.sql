-- What a tool charged for a model on demand, beside the tokens that it charged for. What a
-- bill names no model of, or telemetry no tokens, is left to the bill.
with

charges as (

    select
        source_name,
        tool_name,
        model_id,
        billing_currency,
        sum(on_demand_cost - token_fee_cost) as on_demand_cost,
        charge_date,
        billing_period_start
    from {{ ref('int_coding_charges_daily') }}
    where model_id is not null
    group by all
    having sum(on_demand_cost - token_fee_cost) > 0

),

usage as (

    select
        tool_name,
        model_id,
        {% for class in ['input_uncached', 'cache_read', 'cache_write', 'output'] %}
        cast(sum(coalesce({{ class }}_token_count, 0)) as bigint)
            as {{ class }}_token_count,
        {% endfor %}
        usage_date as charge_date
    from {{ ref('int_coding_usage_daily') }}
    where is_on_demand
    group by all

)

select *
from charges
inner join usage using (tool_name, model_id, charge_date)
-- Of two bills nobody knows which one the tokens are on.
qualify count(*) over (partition by tool_name, model_id, charge_date) = 1
