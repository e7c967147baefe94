-- Beside each model of an account what is known of the other ways to host it: the API
-- model that could replace a self-hosted one, the self-hosted one that could replace an
-- API model with the work of its GPUs, and what a second of those GPUs costs without a
-- machine: the newest price that the list has in the month. Machines are paid for on all
-- days of the month, or on those that are closed of one that still goes on.
{%- set key = [
    'hosting', 'source_name', 'service_provider_name', 'sub_account_id', 'model_id',
    'billing_currency', 'billing_period_start',
] %}
{%- set work = [
    'effective_cost', 'gpu_name', 'gpu_count', 'gpu_hours', 'busy_gpu_hours',
    'token_count',
] %}
with

demand as (

    select
        *,
        input_token_count + output_token_count as token_count
    from {{ ref('int_model_demand_monthly') }}

),

equivalents as (

    select * from {{ ref('model_equivalents') }}

),

api as (

    select * from {{ ref('int_api_equivalents_monthly') }}

),

gpu_lists as (

    select * from {{ ref('serverless_gpu_prices') }}

),

settings as (

    select * from {{ ref('int_planning_settings') }}

),

closed as (

    select max(newest_closed_date) as closed_date
    from {{ ref('int_days_closed') }}

),

-- Of several self-hosted models the preferred one, where most was spent on it.
stand_ins as (

    select
        demand.{{ key | join(', demand.') }},
        {% for name in work -%}
        served.{{ name }} as served_{{ name }},
        {% endfor -%}
        equivalents.self_hosted_model_id as served_model_id
    from demand
    inner join equivalents
        on
            demand.service_provider_name = equivalents.provider_name
            and demand.model_id = equivalents.model_id
            and demand.billing_period_start >= equivalents.valid_from
    left join demand as served
        on
            served.hosting = 'self_hosted'
            and equivalents.self_hosted_model_id = served.model_id
            and demand.billing_currency = served.billing_currency
            and demand.billing_period_start = served.billing_period_start
    where demand.hosting = 'api'
    qualify
        row_number() over (
            partition by demand.{{ key | join(', demand.') }}
            order by
                served.model_id is null asc,
                equivalents.preference asc,
                served.effective_cost desc,
                equivalents.self_hosted_model_id asc,
                served.source_name asc,
                served.service_provider_name asc,
                served.sub_account_id asc
        ) = 1

),

joined as (

    select
        demand.*,
        {% for name in ['model_id'] + work -%}
        case hosting
            when 'self_hosted' then demand.{{ name }} else stand_ins.served_{{ name }}
        end as served_{{ name }},
        {% endfor -%}
        settings.target_utilization,
        greatest(
            demand.day_count,
            least(last_day(demand.billing_period_start), closed.closed_date)
            - cast(demand.billing_period_start as date) + 1
        ) as month_day_count
    from demand
    cross join settings
    cross join closed
    left join stand_ins using ({{ key | join(', ') }})

)

select
    joined.*,
    api.* exclude (served_model_id, billing_currency, billing_period_start),
    gpu_lists.price_per_gpu_second,
    gpu_lists.price_source as gpu_price_source
from joined
left join api
    on
        joined.hosting = 'self_hosted'
        and joined.model_id = api.served_model_id
        and joined.billing_currency = api.billing_currency
        and joined.billing_period_start = api.billing_period_start
left join gpu_lists
    on
        lower(joined.served_gpu_name) like gpu_lists.gpu_pattern
        and joined.billing_currency = gpu_lists.billing_currency
        and joined.billing_period_start + interval 1 month > gpu_lists.valid_from
qualify
    row_number() over (
        partition by joined.{{ key | join(', joined.') }}
        order by
            gpu_lists.valid_from desc,
            gpu_lists.price_per_gpu_second asc,
            gpu_lists.price_source asc
    ) = 1
