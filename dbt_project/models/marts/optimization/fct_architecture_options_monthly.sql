{#- Each way to host: its cost, the model and the price behind it, and what must be known. -#}
{%- set options = {
    'api': ['api_cost', 'api_model_id', 'api_price_basis', 'token_count'],
    'self_hosted': ['machine_cost', 'served_model_id', "'bill'", 'machine_gpu_hours'],
    'serverless': [
        'serverless_cost', 'served_model_id', 'gpu_price_source', 'work_gpu_hours',
    ],
} %}
with

hosting_options as (

    select * from {{ ref('int_hosting_options_monthly') }}

),

-- A token is as much work as those that our GPUs did in the month. Our own machines are
-- paid for in every hour of the month and bought for the busiest one, which is unknown
-- where telemetry has days only; the others are paid by use.
costed as (

    select
        *,
        cast(served_token_count as double) / nullif(served_busy_gpu_hours, 0)
            as tokens_per_gpu_hour,
        token_count / tokens_per_gpu_hour as work_gpu_hours,
        if(hosting = 'self_hosted', day_count, month_day_count) as paid_days,
        case hosting
            when 'self_hosted' then gpu_hours
            else paid_days * 24 * served_gpu_count * ceil(
                peak_hour_token_count / nullif(
                    tokens_per_gpu_hour * served_gpu_count * target_utilization, 0
                )
            )
        end as machine_gpu_hours,
        machine_gpu_hours * cast(served_effective_cost as double)
        / nullif(served_gpu_hours, 0) as machine_cost,
        work_gpu_hours * 3600 * price_per_gpu_second as serverless_cost,
        (input_token_count * input_price + output_token_count * output_price)
        / 1000000 as api_cost,
        machine_gpu_hours * target_utilization * tokens_per_gpu_hour * inference_count
        / nullif(cast(token_count as double), 0) / paid_days as capacity_per_day
    from hosting_options

),

laid_out as (

    {% for option, (cost, model, basis, evidence) in options.items() %}
    select
        *,
        '{{ option }}' as hosting_option,
        hosting = '{{ option }}' as is_current,
        case when is_current then model_id else {{ model }} end as option_model_id,
        case when is_current then 'bill' else {{ basis }} end as basis,
        is_current or {{ evidence }} is not null as has_evidence,
        {{ money('case when is_current then effective_cost else ' ~ cost ~ ' end') }}
            as option_cost,
        case
            when is_current then null
            when hosting = 'self_hosted'
                then cast(effective_cost as double) / nullif(option_cost, 0)
            when hosting_option = 'self_hosted'
                then cast(option_cost as double) / nullif(effective_cost, 0)
        end as times_as_many,
        case
            when hosting = 'self_hosted'
                then {{ ratio('served_busy_gpu_hours', 'served_gpu_hours') }}
        end as utilization_ratio
    from costed
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

final as (

    select
        hosting,
        source_name,
        service_provider_name,
        sub_account_id,
        model_id,
        hosting_option,
        case
            when is_current then 'current'
            when option_model_id is null then 'no equivalent'
            when not has_evidence then 'no evidence'
            when option_cost is null then 'no price'
            when option_cost < effective_cost then 'saves'
            else 'saves nothing'
        end as finding,
        option_model_id,
        case when option_cost is not null then basis end as price_basis,
        billing_currency,
        cast(inference_count as bigint) as inference_count,
        cast(day_count as bigint) as day_count,
        cast(paid_days as bigint) as paid_day_count,
        {{ unit_cost('inference_count', 'paid_days') }} as inferences_per_day,
        {{ money('peak_hour_request_count') }} as peak_hour_request_count,
        {{ money('mean_hour_request_count') }} as mean_hour_request_count,
        {{ ratio('peak_hour_request_count', 'mean_hour_request_count') }}
            as burst_index,
        {{ money('effective_cost') }} as effective_cost,
        option_cost,
        {{ money('effective_cost - option_cost') }} as monthly_saving,
        {{ unit_cost('option_cost', 'inference_count') }} as cost_per_inference,
        {{ money('times_as_many * inference_count / paid_days') }}
            as break_even_inferences_per_day,
        utilization_ratio,
        {{ money('utilization_ratio * times_as_many') }}
            as break_even_utilization_ratio,
        case when times_as_many is not null then {{ money('capacity_per_day') }} end
            as capacity_inferences_per_day,
        coalesce(option_cost = min(option_cost) over (
            partition by
                hosting, source_name, service_provider_name, sub_account_id, model_id,
                billing_currency, billing_period_start
        ), false) as is_cheapest,
        billing_period_start
    from laid_out

)

select * from final
