-- What a day's cache cost above plain input, by the prices that are listed for the tool. A
-- tool whose tokens an API bills has its caches in the costs of tokens.
with

days as (

    select * from {{ ref('int_coding_on_demand_daily') }}

),

listed as (

    select * from {{ ref('int_list_prices') }}

),

tools as (

    select * from {{ ref('coding_tools') }}

),

-- One price per day and meter, in the order in which lists are believed.
prices as (

    select
        days.tool_name,
        days.model_id,
        days.charge_date,
        listed.sku_meter,
        listed.price_per_1m_tokens as price
    from days
    inner join tools on days.tool_name = tools.tool_name
    inner join listed
        on
            tools.provider_name = listed.provider_name
            and days.model_id = listed.model_id
            and days.billing_currency = listed.billing_currency
            and days.charge_date >= listed.valid_from
            and days.charge_date < listed.valid_to
    where listed.processing_tier = 'standard' and not tools.is_billed_by_tokens
    qualify
        row_number() over (
            partition by
                days.tool_name, days.model_id, days.charge_date, listed.sku_meter
            order by
                listed.preference asc, listed.valid_from desc,
                listed.price_per_1m_tokens asc
        ) = 1

),

meters as (

    select
        tool_name,
        model_id,
        charge_date,
        max(price) filter (where sku_meter = 'Input Tokens') as input_price,
        max(price) filter (where sku_meter = 'Cache Read Input Tokens') as read_price,
        max(price) filter (where sku_meter = 'Cache Write Input Tokens') as write_price
    from prices
    group by all

),

compared as (

    select
        days.*,
        cast(cache_write_token_count as double)
        * cast(write_price - input_price as double) as written,
        case
            when cache_read_token_count = 0 then 0
            else
                cast(cache_read_token_count as double)
                * cast(input_price - read_price as double)
        end as saved
    from days
    left join meters using (tool_name, model_id, charge_date)

)

select
    * exclude (written, saved),
    {{ money('(written - saved) / 1000000') }} as cache_loss
from compared
