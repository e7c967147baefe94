-- How much of its meter each charge is of: what the bill counts, else its part, by cost,
-- of what the metering telemetry counted of the account, model, tier and day. Without
-- that, the few calls that are traced would take all of a bill that counts nothing
-- (Anthropic's), and cost ten times what they did. Calls stand for all that is not billed
-- by the token.
{%- set key = 'provider_name, sub_account_id, model_id, sku_meter, processing_tier, '
    ~ 'usage_date' %}
with

charges as (

    select
        *,
        case
            when sku_meter like '%Input Tokens' or sku_meter = 'Output Tokens'
                then sku_meter
            else 'calls'
        end as usage_meter
    from {{ ref('int_api_charges') }}

),

metered as (

    select * from {{ ref('int_model_usage_by_meter') }}
    union all by name
    select
        * replace (
            coalesce(sub_account_id, 'unassigned') as sub_account_id,
            coalesce(model_id, 'unassigned') as model_id
        ),
        'calls' as sku_meter
    from (
        select
            {{ key | replace('sku_meter, ', '') }},
            sum(request_count) as token_count
        from {{ ref('int_model_usage_ranked') }}
        where is_metering
        group by all
    )

),

spread as (

    select
        charges.charge_number,
        cast(metered.token_count as double) * cast(charges.effective_cost as double)
        / nullif(sum(cast(charges.effective_cost as double)) over (
            partition by {{ 'metered.' ~ key | replace(', ', ', metered.') }}
        ), 0) as quantity
    from charges
    inner join metered
        on
            charges.service_provider_name = metered.provider_name
            and charges.charge_date = metered.usage_date
            and charges.usage_meter = metered.sku_meter
            and charges.processing_tier = metered.processing_tier
            and charges.model_id = metered.model_id
            and metered.sub_account_id in (charges.sub_account_id, 'unassigned')
    where charges.token_count is null

),

summed as (

    select
        charge_number,
        {{ money('sum(quantity)') }} as quantity
    from spread
    group by all

)

select
    charges.*,
    coalesce(charges.token_count, summed.quantity) as quantity
from charges
left join summed on charges.charge_number = summed.charge_number
