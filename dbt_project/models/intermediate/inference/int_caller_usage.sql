-- What each caller used of each meter on a day, by the telemetry that knows callers, in
-- the processing tier that the bill has it in. The meter `calls` stands for everything
-- that is not billed by the token.
{%- set caller = 'provider_name, sub_account_id, credential_id, project_name, '
    ~ 'workload_name, feature_name, tenant_id, environment_name, model_id, '
    ~ 'processing_tier, prompt_name, prompt_version, usage_date' %}
{%- set meters = dict(token_meters(), calls='request_count') %}
with

tiers as (

    select
        * replace (
            nullif(sub_account_id, 'unassigned') as sub_account_id,
            nullif(model_id, 'unassigned') as model_id
        )
    from {{ ref('int_usage_by_billed_tier') }}
    where role = 'attributing'

),

-- Read once a meter where it lies: as a CTE it would be written down with all its columns,
-- and ten million windows do not fit in 4 GB.
unpivoted as (

    {% for meter, tokens in meters.items() %}
    select
        {{ caller }},
        '{{ meter }}' as sku_meter,
        {{ tokens }} as quantity
    from {{ ref('int_model_usage_ranked') }}
    where is_attributing and provider_name != 'self-hosted' and {{ tokens }} > 0

    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

summed_to_day as (

    select
        {{ caller }},
        sku_meter,
        {{ money('sum(quantity)') }} as quantity
    from unpivoted
    group by all

),

tiered as (

    select
        summed_to_day.* replace (
            {{ money(
                'cast(summed_to_day.quantity as double) '
                ~ '* coalesce(tiers.billed_ratio, 1)'
            ) }} as quantity
        ),
        coalesce(tiers.billed_tier, summed_to_day.processing_tier) as billed_tier,
        coalesce(tiers.counted_tier, summed_to_day.processing_tier) as counted_tier
    from summed_to_day
    left join tiers
        on
            summed_to_day.provider_name = tiers.provider_name
            and summed_to_day.sub_account_id is not distinct from tiers.sub_account_id
            and summed_to_day.model_id is not distinct from tiers.model_id
            and summed_to_day.sku_meter = tiers.sku_meter
            and summed_to_day.processing_tier = tiers.processing_tier
            and summed_to_day.usage_date = tiers.usage_date

)

-- No number, for which all callers would have to be put in order.
select
    *,
    {{ row_id(caller ~ ', sku_meter, billed_tier') }} as usage_id
from tiered
