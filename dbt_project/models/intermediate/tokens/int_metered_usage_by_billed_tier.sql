-- What was metered, in the processing tier that the bill has it in.
with

usage as (

    select * from {{ ref('int_model_usage_by_role') }}
    where role = 'metering'

),

tiers as (

    select * from {{ ref('int_usage_by_billed_tier') }}

)

select
    usage.provider_name,
    usage.sub_account_id,
    usage.model_id,
    usage.sku_meter,
    usage.usage_date,
    coalesce(tiers.billed_tier, usage.processing_tier) as billed_tier,
    bool_and(usage.counts_all_calls) as counts_all_calls,
    cast(sum(
        case
            when tiers.billed_ratio is null then usage.quantity
            else {{ money('cast(usage.quantity as double) * tiers.billed_ratio') }}
        end
    ) as double) as quantity
from usage
left join tiers
    using (
        role, provider_name, sub_account_id, model_id, sku_meter, processing_tier,
        usage_date
    )
group by all
