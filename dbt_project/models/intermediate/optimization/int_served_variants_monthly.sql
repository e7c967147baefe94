-- In which variant each model was served, what it cost and what it answered, and the GPU
-- hours that it had of its own: what of a machine nobody held is no variant's. Where
-- deployments of a model differ, which of them cost what is not known.
{%- set model = [
    'source_name', 'service_provider_name', 'sub_account_id', 'model_id',
    'billing_currency', 'billing_period_start',
] %}
with

answers as (

    select
        hosting,
        {{ model | join(', ') }},
        sum(inference_count) as inference_count,
        sum(effective_cost) as effective_cost
    from {{ ref('int_inferences_daily') }}
    where model_id != 'unassigned'
    group by all

),

servers as (

    select
        'self_hosted' as hosting,
        {{ model | join(', ') }},
        effective_cost as full_cost,
        gpu_hours as full_gpu_hours
    from {{ ref('int_served_models_monthly') }}

),

deployments as (

    select * from {{ ref('stg_lists__deployments') }}

),

months as (

    select distinct
        model_id,
        billing_period_start
    from answers

),

-- What was deployed at any time of the month.
deployed as (

    select
        months.model_id,
        months.billing_period_start,
        case
            when
                count(distinct lower(coalesce(precision, 'unknown'))) = 1
                then max(lower(coalesce(precision, 'unknown')))
            else 'mixed'
        end as precision,
        case
            when
                count(distinct lower(coalesce(decoding, 'standard'))) = 1
                then max(lower(coalesce(decoding, 'standard')))
            else 'mixed'
        end as decoding
    from months
    inner join deployments
        on
            months.model_id = deployments.model_id
            and months.billing_period_start + interval 1 month > deployments.valid_from
            and coalesce(months.billing_period_start < deployments.valid_to, true)
    group by all

),

joined as (

    select
        answers.*,
        case hosting
            when 'api' then answers.service_provider_name
            else 'self-hosted'
        end as provider_name,
        coalesce(
            case hosting when 'self_hosted' then deployed.precision end, 'unknown'
        ) as served_precision,
        coalesce(
            case hosting when 'self_hosted' then deployed.decoding end, 'standard'
        ) as served_decoding,
        {{ money(
            'cast(servers.full_gpu_hours as double) * answers.effective_cost '
            ~ '/ nullif(servers.full_cost, 0)'
        ) }} as gpu_hours
    from answers
    left join servers using (hosting, {{ model | join(', ') }})
    left join deployed
        on
            answers.model_id = deployed.model_id
            and answers.billing_period_start = deployed.billing_period_start

)

select * from joined
