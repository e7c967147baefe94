-- How much of its meter each charge is of: what the bill counts, else its part, by cost,
-- of what the metering telemetry counted of the account, model, tier and day. Without
-- that, the few calls that are traced would take all of a bill that counts nothing
-- (Anthropic's), and cost ten times what they did. Calls stand for all that is not billed
-- by the token. What no caller accounts for is in the tier that its calls are counted in.
with

api_charges as (

    select
        *,
        {{ usage_meter('sku_meter') }} as own_meter,
        {{ plain_meter('own_meter') }} as plain_meter
    from {{ ref('int_api_charges') }}

),

-- Telemetry may not tell audio from text, nor for how long a cache was written to: then
-- what it counts meets the charges of all of them.
told as (

    select distinct
        provider_name as service_provider_name,
        model_id,
        usage_date as charge_date,
        sku_meter as own_meter,
        true as is_told
    from {{ ref('int_model_usage_by_role') }}

),

charges as (

    select
        api_charges.* exclude (own_meter, plain_meter),
        if(told.is_told, api_charges.own_meter, api_charges.plain_meter) as usage_meter
    from api_charges
    left join told using (service_provider_name, model_id, charge_date, own_meter)

),

tiers as (

    select * from {{ ref('int_usage_by_billed_tier') }}

),

metered as (

    select * from {{ ref('int_metered_usage_by_billed_tier') }}

),

spread as (

    select
        charges.charge_number,
        metered.quantity * cast(charges.effective_cost as double)
        / nullif(cast(sum(charges.effective_cost) over (
            partition by
                metered.provider_name, metered.sub_account_id, metered.model_id,
                metered.sku_meter, metered.usage_date, metered.billed_tier
        ) as double), 0) as quantity
    from charges
    inner join metered
        on
            {{ same_meter('metered', 'charges', 'usage_meter') }}
            and {{ same_account('metered', 'charges') }}
    where charges.token_count is null

),

summed as (

    select
        charge_number,
        {{ money(exact_sum('quantity')) }} as quantity
    from spread
    group by all

),

counted_tiers as (

    select
        charges.charge_number,
        {{ of_largest('tiers.counted_tier', 'tiers.billed_quantity') }} as counted_tier
    from charges
    inner join tiers
        on
            tiers.role = 'metering'
            and {{ same_meter('tiers', 'charges', 'usage_meter') }}
            and {{ same_account('tiers', 'charges') }}
    group by all

)

select
    charges.*,
    coalesce(charges.token_count, summed.quantity) as quantity,
    coalesce(counted_tiers.counted_tier, charges.processing_tier) as counted_tier
from charges
left join summed on charges.charge_number = summed.charge_number
left join counted_tiers on charges.charge_number = counted_tiers.charge_number
