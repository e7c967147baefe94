-- Pages of OpenRouter's activity to model_usage: a row per day, model and endpoint. Of
-- the prompt nobody knows how much was cached, so its tokens are of no known class.
with activity as (
    {rows}
)

select
    cast(date as timestamp) as window_start,
    cast(date as timestamp) + interval 1 day as window_end,
    'OpenRouter' as provider_name,
    -- As the bill names it: without who made it.
    model_permaslug[strpos(model_permaslug, '/') + 1:] as model_id,
    completion_tokens as output_tokens,
    reasoning_tokens,
    requests as request_count,
    cast(prompt_tokens as decimal(38, 12)) as other_quantity,
    case when prompt_tokens is not null then 'Prompt Tokens' end as other_unit,
    true as inputs_include_cached,
    'openrouter_activity' as source_name,
    delivery_id,
    row_number as source_row_number,
    case
        when age < max(age) over (partition by date)
            then 'a newer page has its day'
    end as left_out
from activity
