-- Usage that the bill has in another processing tier than telemetry. Of a meter that the
-- bill counts, what is short in one tier meets what is in excess in another; the smaller
-- of the two moves. A meter that it does not count moves where its own tier is not billed
-- at all, by cost.
{%- set group = 'role, provider_name, sub_account_id, model_id, usage_date, '
    ~ 'sku_meter' %}
with

used as (

    select
        * exclude (counts_all_calls)
        replace (cast(quantity as double) as quantity)
    from {{ ref('int_model_usage_by_role') }}
    where provider_name != 'self-hosted'

),

charges as (

    select
        *,
        {{ usage_meter('sku_meter') }} as usage_meter
    from {{ ref('int_api_charges') }}

),

met as (

    select
        used.*,
        charges.processing_tier as billed_tier,
        coalesce(cast(sum(charges.token_count) as double), 0) as billed_quantity,
        count(*)
        = count(charges.token_count) filter (where used.sku_meter != 'calls')
            as is_counted,
        cast(sum(charges.effective_cost) as double) as effective_cost
    from used
    inner join charges
        on
            used.provider_name = charges.service_provider_name
            and used.model_id = charges.model_id
            and used.sku_meter = charges.usage_meter
            and used.usage_date = charges.charge_date
            and {{ same_account('used', 'charges') }}
    group by all

),

compared as (

    select
        *,
        bool_and(is_counted) over of_meter as is_meter_counted,
        bool_or(processing_tier = billed_tier) over of_tier as is_billed_in_its_tier,
        greatest(quantity - coalesce(
            max(billed_quantity) filter (where processing_tier = billed_tier)
                over of_tier, 0
        ), 0) as short_quantity,
        greatest(billed_quantity - coalesce(
            max(quantity) filter (where processing_tier = billed_tier)
                over of_billed_tier, 0
        ), 0) as excess_quantity
    from met
    window
        of_meter as (partition by {{ group }}),
        of_tier as (partition by {{ group }}, processing_tier),
        of_billed_tier as (partition by {{ group }}, billed_tier)

),

moved as (

    select
        *,
        case
            when is_meter_counted
                then short_quantity * excess_quantity / nullif(greatest(
                    {{ exact_sum('short_quantity', 'over of_billed_tier') }},
                    {{ exact_sum('excess_quantity', 'over of_tier') }}
                ), 0)
            when not is_billed_in_its_tier
                then
                    quantity * effective_cost
                    / nullif({{ exact_sum('effective_cost', 'over of_tier') }}, 0)
        end as moved_quantity
    from compared
    window
        of_tier as (partition by {{ group }}, processing_tier),
        of_billed_tier as (partition by {{ group }}, billed_tier)

)

select
    {{ group }},
    processing_tier,
    billed_tier,
    moved_quantity
from moved
where processing_tier != billed_tier and moved_quantity > 0
