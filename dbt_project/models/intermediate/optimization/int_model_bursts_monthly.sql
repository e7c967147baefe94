-- How unevenly a model is asked: its busiest hour beside the mean one, over the hours from
-- its first window of the month to its last. A report by the day does not tell its hours, and
-- the day's mean hour is no peak: 310 million tokens that come in one hour need 24 times
-- the machines.
-- Self-hosted models are of no account.
with

usage as (

    select
        *,
        case
            when provider_name = 'self-hosted' then 'unassigned'
            else coalesce(sub_account_id, 'unassigned')
        end as asked_sub_account_id,
        coalesce(input_uncached_tokens, 0) + coalesce(input_cache_read_tokens, 0)
        + coalesce(input_cache_write_tokens, 0) + coalesce(output_tokens, 0)
            as token_count,
        greatest(1, {{ hours_between('window_start', 'window_end') }}) as window_hours
    from {{ ref('int_model_usage_ranked') }}
    where is_metering

),

windows as (

    select
        provider_name,
        asked_sub_account_id,
        model_id,
        window_start,
        max(window_end) as window_end,
        max(window_hours) as window_hours,
        sum(request_count) as request_count,
        sum(token_count) as token_count
    from usage
    group by all

),

summed_to_month as (

    select
        provider_name,
        asked_sub_account_id,
        model_id,
        case when max(window_hours) = 1 then max(token_count) end
            as peak_hour_token_count,
        case when max(window_hours) = 1 then max(request_count) end
            as peak_hour_request_count,
        case
            when max(window_hours) = 1
                then
                    sum(request_count)
                    / ({{ hours_between('min(window_start)', 'max(window_end)') }})
        end as mean_hour_request_count,
        cast(date_trunc('month', window_start) as timestamp) as billing_period_start
    from windows
    group by all

)

select * from summed_to_month
