{%- set kinds = [
    'idle_cost', 'failed_cost', 'retried_cost', 'truncated_cost', 'unread_write_cost',
] %}
with

inferences as (

    select
        *,
        -- NULL where none of them is counted: a report of tokens alone knows no requests.
        list_sum([inference_count, retried_request_count]) as answered_request_count,
        list_sum([answered_request_count, failed_request_count]) as request_count,
        effective_cost - coalesce(idle_cost, 0) as work_cost,
        case
            when failed_request_count = 0 or failed_token_count = 0 then 0
            else
                cast(work_cost as double) * failed_token_count
                / nullif(input_token_count + output_token_count, 0)
        end as failed_cost,
        work_cost - coalesce(failed_cost, 0) as answered_cost
    from {{ ref('fct_inference_costs_daily') }}

),

unread as (

    select
        source_name,
        sub_account_id,
        model_id,
        billing_currency,
        billing_period_start,
        {{ money('sum(unread_write_cost)') }} as unread_write_cost
    from {{ ref('fct_cache_economics_daily') }}
    group by all

),

-- Failed requests took the part of the caller's work on their day that their own tokens
-- have: none where they have none, and where nobody counts their tokens, nobody knows. One
-- that was retried or cut off was answered: it took its share of what was.
summed_to_month as (

    select
        hosting,
        source_name,
        service_provider_name,
        sub_account_id,
        model_id,
        billing_currency,
        sum(request_count) as request_count,
        sum(failed_request_count) as failed_request_count,
        sum(failure_known_request_count) as failure_known_request_count,
        sum(retried_request_count) as retried_request_count,
        sum(cache_served_request_count) as cache_served_request_count,
        sum(truncated_request_count) as truncated_request_count,
        sum(truncated_token_count) as truncated_token_count,
        {{ money('sum(effective_cost)') }} as effective_cost,
        {{ money('sum(coalesce(idle_cost, 0))') }} as idle_cost,
        sum(case when idle_cost is null then effective_cost else 0 end)
            as unmonitored_cost,
        {{ money(exact_sum('failed_cost')) }} as failed_cost,
        {% for kind in ['retried', 'truncated'] %}
        {{ money(exact_sum(
            'case when ' ~ kind ~ '_request_count = 0 then 0 else '
            ~ 'cast(answered_cost as double) * ' ~ kind
            ~ '_request_count / nullif(answered_request_count, 0) end'
        )) }} as {{ kind }}_cost,
        {% endfor %}
        billing_period_start
    from inferences
    group by all

),

joined as (

    select
        summed_to_month.*,
        coalesce(unread.unread_write_cost, 0) as unread_write_cost,
        coalesce(unread.unread_write_cost, 0)
        {% for kind in kinds[:4] %}
        + coalesce(summed_to_month.{{ kind }}, 0)
        {% endfor %}
            as named_cost
    from summed_to_month
    left join unread
        on
            summed_to_month.hosting = 'api'
            and summed_to_month.source_name = unread.source_name
            and summed_to_month.sub_account_id = unread.sub_account_id
            and summed_to_month.model_id = unread.model_id
            and summed_to_month.billing_currency = unread.billing_currency
            and summed_to_month.billing_period_start = unread.billing_period_start

),

final as (

    select
        hosting,
        source_name,
        service_provider_name,
        sub_account_id,
        model_id,
        billing_currency,
        {% for count in [
            'request_count', 'failed_request_count', 'failure_known_request_count',
            'retried_request_count', 'cache_served_request_count', 'truncated_request_count',
            'truncated_token_count',
        ] %}
        cast({{ count }} as bigint) as {{ count }},
        {% endfor %}
        {{ money('effective_cost') }} as effective_cost,
        {% for kind in kinds %}
        {{ money(kind) }} as {{ kind }},
        {% endfor %}
        {{ money('unmonitored_cost') }} as unmonitored_cost,
        {{ money('greatest(least(named_cost, effective_cost), 0)') }} as waste_cost,
        {{ ratio('greatest(least(named_cost, effective_cost), 0)', 'effective_cost') }}
            as waste_ratio,
        billing_period_start

    from joined

)

select * from final
