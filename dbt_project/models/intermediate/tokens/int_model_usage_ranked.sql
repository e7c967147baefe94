-- Several sources may see the same calls (a vendor's report and a gateway's log); added
-- up they would count twice. Per provider and month one of them meters, and one says
-- whose the calls were; a source may do both. Of self-hosted models each has
-- servers and logs of its own, so it is per model. A coding tool that bills by seats and
-- requests has tokens on no bill, so nothing meters them; they are in the coding marts.
{%- set parts = {
    'input_cache_write_1h_tokens': 'input_cache_write_tokens',
    'input_audio_tokens': 'input_uncached_tokens',
    'input_image_tokens': 'input_uncached_tokens',
    'output_audio_tokens': 'output_tokens',
    'output_image_tokens': 'output_tokens',
} %}
with

model_usage as (

    select * from {{ ref('int_model_usage_with_billed_names') }}

),

usage_sources as (

    select * from {{ ref('usage_sources') }}

),

coding_tools as (

    select * from {{ ref('coding_tools') }}
    where not is_billed_by_tokens

),

ranked as (

    select
        model_usage.*,
        coalesce(usage_sources.metering_rank, 50) as metering_rank,
        coalesce(usage_sources.attribution_rank, 50) as attribution_rank,
        coalesce(usage_sources.counts_all_calls, false) as counts_all_calls,
        model_usage.provider_name in (select provider_name from coding_tools)
            as is_on_no_bill,
        case
            when model_usage.provider_name = 'self-hosted'
                then coalesce(model_usage.model_id, 'unassigned')
        end as served_model_id,
        date_trunc('month', model_usage.usage_date) as usage_month
    from model_usage
    left join usage_sources on model_usage.source_name = usage_sources.source_name

),

chosen as (

    select
        provider_name,
        served_model_id,
        usage_month,
        arg_min(source_name, (metering_rank, source_name)) as metering_source,
        arg_min(source_name, (attribution_rank, source_name)) as attribution_source
    from ranked
    group by all

),

marked as (

    select
        ranked.* exclude (
            metering_rank, attribution_rank, served_model_id, usage_month, is_on_no_bill
        ),
        ranked.source_name = chosen.metering_source and not ranked.is_on_no_bill
            as is_metering,
        ranked.source_name = chosen.attribution_source and not ranked.is_on_no_bill
            as is_attributing,
        is_attributing and not is_metering and failed_request_count is null
            as tells_nothing
    from ranked
    left join chosen
        on
            ranked.provider_name = chosen.provider_name
            and ranked.served_model_id is not distinct from chosen.served_model_id
            and ranked.usage_month = chosen.usage_month

),

-- What the metering source knows of failures holds for calls whose own log tells none:
-- each has the part of them that its requests are, in whole numbers. So does what it
-- knows of the parts of a counter: what was written for an hour, audio, images.
told as (

    select
        *,
        {% for part, whole in parts.items() %}
        cast(sum({{ part }}) filter (where is_metering) over of_day as double)
        / nullif(
            sum({{ whole }}) filter (where is_metering and {{ part }} is not null)
                over of_day, 0
        ) as {{ part }}_ratio,
        {% endfor %}
        cast(sum(failed_request_count) filter (where is_metering) over of_day as double)
        / nullif(
            sum(request_count) filter (
                where is_metering and failed_request_count is not null
            ) over of_day, 0
        ) as failed_ratio,
        sum(case when tells_nothing then request_count else 0 end) over (
            of_day
            order by source_name, window_start, source_row_number, delivery_id
            rows unbounded preceding
        ) as running_count
    from marked
    window of_day as (partition by provider_name, model_id, usage_date)

)

select
    * exclude (
        {% for part in parts %}
        {{ part }}_ratio,
        {% endfor %}
        failed_ratio, tells_nothing, running_count
    ) replace (
        {% for part, whole in parts.items() %}
        case
            when is_attributing and not is_metering and {{ part }} is null
                then cast(round({{ whole }} * {{ part }}_ratio) as bigint)
            else {{ part }}
        end as {{ part }},
        {% endfor %}
        case
            when tells_nothing
                then cast(
                    round(running_count * failed_ratio)
                    - round((running_count - request_count) * failed_ratio) as bigint
                )
            else failed_request_count
        end as failed_request_count
    )
from told
