{%- set kinds = [
    'idle_cost', 'failed_cost', 'retried_cost', 'truncated_cost', 'unread_write_cost',
] %}
with

inferences as (

    select
        *,
        coalesce(inference_count, 0)
        + coalesce(failed_request_count, 0)
        + coalesce(retried_request_count, 0) as request_count,
        effective_cost - coalesce(idle_cost, 0) as work_cost
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

-- A request that failed took its share of the caller's work on its day, as if it had
-- been answered: the most that it can have cost. So did one that was cut off, which was
-- answered and billed.
summed_to_month as (

    select
        hosting,
        source_name,
        service_provider_name,
        sub_account_id,
        model_id,
        billing_currency,
        sum(request_count) as request_count,
        sum(coalesce(failed_request_count, 0)) as failed_request_count,
        sum(coalesce(retried_request_count, 0)) as retried_request_count,
        sum(coalesce(cache_served_request_count, 0)) as cache_served_request_count,
        sum(coalesce(truncated_request_count, 0)) as truncated_request_count,
        sum(coalesce(truncated_token_count, 0)) as truncated_token_count,
        {{ money('sum(effective_cost)') }} as effective_cost,
        {{ money('sum(coalesce(idle_cost, 0))') }} as idle_cost,
        sum(case when idle_cost is null then effective_cost else 0 end)
            as unmonitored_cost,
        {% for kind in ['failed', 'retried', 'truncated'] %}
        {{ money(
            'sum(coalesce(cast(work_cost as double) * ' ~ kind
            ~ '_request_count / nullif(request_count, 0), 0))'
        ) }} as {{ kind }}_cost,
        {% endfor %}
        billing_period_start
    from inferences
    group by all

),

joined as (

    select
        summed_to_month.*,
        coalesce(unread.unread_write_cost, 0) as unread_write_cost,
        summed_to_month.{{ kinds[:4] | join(' + summed_to_month.') }}
        + coalesce(unread.unread_write_cost, 0) as named_cost
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
            'request_count', 'failed_request_count', 'retried_request_count',
            'cache_served_request_count', 'truncated_request_count',
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
