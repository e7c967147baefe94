-- Usage of which something is billed in another processing tier than telemetry reports,
-- by the tier that the bill has it in. The calls are counted in the tier that has most
-- of their tokens, so that one call is in one row with all that it cost.
{%- set group = 'role, provider_name, sub_account_id, model_id, usage_date' %}
with

moved as (

    select * from {{ ref('int_usage_moved_between_tiers') }}

),

used as (

    select
        used.* exclude (counts_all_calls)
        replace (cast(used.quantity as double) as quantity)
    from {{ ref('int_model_usage_by_role') }} as used
    semi join moved using ({{ group }})

),

moved_in_all as (

    select
        {{ group }},
        sku_meter,
        processing_tier,
        {{ exact_sum('moved_quantity') }} as moved_quantity
    from moved
    group by all

),

parts as (

    select
        moved.* exclude (moved_quantity),
        used.quantity,
        moved.moved_quantity as billed_quantity
    from moved
    inner join used using ({{ group }}, sku_meter, processing_tier)

    union all by name

    select
        used.*,
        used.processing_tier as billed_tier,
        greatest(used.quantity - coalesce(moved_in_all.moved_quantity, 0), 0)
            as billed_quantity
    from used
    left join moved_in_all using ({{ group }}, sku_meter, processing_tier)

),

-- Calls decide only where nobody counts tokens.
weighed as (

    select
        {{ group }},
        processing_tier,
        billed_tier,
        {{ exact_sum(
            "billed_quantity * case sku_meter when 'calls' then 0.000001 else 1 end"
        ) }} as weight
    from parts
    group by all

),

counted as (

    select
        {{ group }},
        processing_tier,
        {{ of_largest('billed_tier', 'weight') }} as counted_tier
    from weighed
    group by all

)

select
    parts.* exclude (quantity),
    parts.billed_quantity / nullif(parts.quantity, 0) as billed_ratio,
    counted.counted_tier
from parts
inner join counted using ({{ group }}, processing_tier)
where parts.billed_quantity > 0
