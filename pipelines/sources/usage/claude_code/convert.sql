-- Claude Code's analytics to model_usage: a row per record and model, of one day.
-- input leaves out cached tokens, as in all of Anthropic's reports. A newer pull has a
-- day of an organization again and replaces it.
with pages as (
    select
        pull.*,
        -- A file that is gone is no error of read_text: it would just be left out.
        from_json(
            coalesce(page.content, error(pull.filename || ' is gone')) -> '$.data',
            '["JSON"]'
        ) as data
    from (values {pulls}) as pull (filename, age, delivery_id, file_order)
    left join read_text({files}) as page
        on pull.filename = page.filename
),

records as (
    select
        age,
        delivery_id,
        file_order,
        unnest(range(1, len(data) + 1)) as record_order,
        unnest(data) as record
    from pages
),

dated as (
    select
        *,
        cast(left(record ->> '$.date', 10) as date) as day,
        cast(record -> '$.model_breakdown' as json[]) as models
    from records
    where starts_with(record ->> '$.date', {period})
),

by_model as (
    select
        *,
        unnest(range(1, greatest(len(models), 1) + 1)) as model_order,
        max(age) over (
            partition by day, record ->> '$.organization_id'
        ) as newest_age
    from dated
),

numbered as (
    select
        *,
        models[model_order] as model,
        row_number() over (
            partition by delivery_id
            order by file_order, record_order, model_order
        ) as row_number
    from by_model
)

select
    cast(day as timestamp) as window_start,
    cast(day as timestamp) + interval 1 day as window_end,
    'Anthropic' as provider_name,
    record ->> '$.actor.api_key_name' as credential_id,
    record ->> '$.actor.email_address' as user_id,
    'claude_code' as workload_name,
    model ->> '$.model' as model_id,
    'claude_code' as operation,
    -- A subscription is paid by the month: its tokens are on no bill.
    case when record ->> '$.customer_type' = 'subscription' then 'subscription' end
        as processing_tier,
    cast(model ->> '$.tokens.input' as bigint) as input_uncached_tokens,
    cast(model ->> '$.tokens.cache_read' as bigint) as input_cache_read_tokens,
    cast(model ->> '$.tokens.cache_creation' as bigint) as input_cache_write_tokens,
    cast(model ->> '$.tokens.output' as bigint) as output_tokens,
    cast(model ->> '$.estimated_cost.amount' as decimal(38, 12)) / 100 as gateway_cost,
    upper(model ->> '$.estimated_cost.currency') as gateway_cost_currency,
    false as inputs_include_cached,
    'claude_code' as source_name,
    delivery_id,
    row_number as source_row_number,
    case
        when age < newest_age then 'a newer pull has its day'
        when model is null then 'no model was called'
        when
            least(
                cast(model ->> '$.tokens.input' as bigint),
                cast(model ->> '$.tokens.cache_read' as bigint),
                cast(model ->> '$.tokens.cache_creation' as bigint),
                cast(model ->> '$.tokens.output' as bigint)
            ) < 0
            then 'a token count below zero'
    end as left_out
from numbered
