-- What coding tools used, each call once. The vendor's analytics, a local log and an events
-- report may all have a day of a tool: the one of the lowest metering_rank counts. The
-- usage report of an API has the same calls without a tool, and is not read here.
with

model_usage as (

    select * from {{ ref('int_model_usage_with_billed_names') }}

),

coding_tools as (

    select * from {{ ref('coding_tools') }}

),

usage_sources as (

    select * from {{ ref('usage_sources') }}

),

of_tools as (

    select
        coding_tools.tool_name,
        coalesce(usage_sources.metering_rank, 50) as metering_rank,
        model_usage.*
    from model_usage
    inner join coding_tools
        on model_usage.workload_name = coding_tools.workload_name
    inner join usage_sources on model_usage.source_name = usage_sources.source_name
    where usage_sources.is_of_a_coding_tool

),

chosen as (

    select
        tool_name,
        usage_date,
        arg_min(source_name, (metering_rank, source_name)) as source_name
    from of_tools
    group by all

)

select
    of_tools.source_name,
    of_tools.tool_name,
    of_tools.user_id,
    of_tools.project_name as repository_name,
    of_tools.reported_model_id as model_id,
    -- What a seat includes is a subscription, and what another bill has is worth nothing.
    of_tools.processing_tier != 'subscription' and of_tools.gateway_cost is not null
        as is_on_demand,
    cast(sum(of_tools.input_uncached_tokens) as bigint) as input_uncached_token_count,
    cast(sum(of_tools.input_cache_read_tokens) as bigint) as cache_read_token_count,
    cast(sum(of_tools.input_cache_write_tokens) as bigint) as cache_write_token_count,
    cast(sum(of_tools.output_tokens) as bigint) as output_token_count,
    cast(sum(of_tools.request_count) as bigint) as request_count,
    {{ money('sum(of_tools.other_quantity)') }} as credit_count,
    of_tools.usage_date,
    cast(date_trunc('month', of_tools.usage_date) as timestamp) as billing_period_start
from of_tools
inner join chosen using (tool_name, usage_date, source_name)
group by all
