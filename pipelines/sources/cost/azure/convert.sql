-- Azure cost details of one month as FOCUS 1.4 rows.
--
-- {rows} are the cost types that count (conversion.py), {tag_text}, {tags} and {raw_tags}
-- read tags, {arm_type} what a resource is; {services}, {regions}, {gpus}, {measures}
-- and {ai_meters} are tables of pipelines/sources/cost/azure_exports.
-- Everything that a charge type means is in the table charge_types below.

with

details as (

    {rows}

),

services (
    resource_type, type_name, service_name, service_category, service_subcategory
) as (

    values
        {services}

),

regions (location, region_id, region_name) as (

    values
        {regions}

),

gpus (instance_type, gpus) as (

    values
        {gpus}

),

measures (measure, block_size, unit) as (

    values
        {measures}

),

ai_meters (
    meter_category, meter_subcategory, meter_name, measure,
    ai_service, ai_meter, ai_tier, ai_details, is_tokens
) as (

    values
        {ai_meters}

),

-- rule says where the row's money goes:
--   charged   the amount is what the usage or the thing bought costs
--   unused    the part of a commitment that nothing used; only in amortized costs
--   refund    gives back an earlier purchase
-- A type that is not listed is an adjustment of its amount.
charge_types (charge_type, category, rule) as (

    values
        ('usage', 'Usage', 'charged'),
        ('purchase', 'Purchase', 'charged'),
        ('refund', 'Purchase', 'refund'),
        ('tax', 'Tax', 'charged'),
        ('credit', 'Credit', 'charged'),
        ('unusedreservation', 'Usage', 'unused'),
        ('unusedsavingsplan', 'Usage', 'unused'),
        ('roundingadjustment', 'Adjustment', 'charged'),
        ('adjustment', 'Adjustment', 'charged')

),

-- Old pay-as-you-go exports have neither charge types nor pricing models.
typed as (

    select
        details.*,
        coalesce(charge_types.category, 'Adjustment') as category,
        coalesce(charge_types.rule, 'charged') as rule,
        coalesce(lower(replace(details.pricing_model, ' ', '')), 'ondemand') as model,
        lower(details.resource_id) as arm_id,
        case when json_valid(details.additional_info) then details.additional_info end
            as info,
        {tag_text} as tag_text
    from details
    left join charge_types
        on coalesce(lower(details.charge_type), 'usage') = charge_types.charge_type

),

classified as (

    select
        *,
        model in ('reservation', 'savingsplan') or rule = 'unused' as is_committed,
        category = 'Usage' and rule = 'charged' as is_measured,
        coalesce(lower(publisher_type) = 'marketplace', false) as is_marketplace,
        {arm_type} as arm_type,
        json_extract_string(info, '$.ServiceType') as size_name,
        try_cast(json_extract_string(info, '$.RINormalizationRatio') as decimal(38, 12))
            as ratio
    from typed

),

-- Quantities count blocks: 0.0004 of '10K' are four operations. Some agreements count
-- single units instead; the price shows which, where it can.
counted as (

    select
        classified.*,
        measures.unit as measured_unit,
        coalesce(cast(measures.block_size as bigint), 1) as block,
        ai_meters.ai_service,
        ai_meters.ai_meter,
        ai_meters.ai_tier,
        ai_meters.ai_details,
        coalesce(ai_meters.is_tokens = 'true', false)
        and classified.is_measured as is_tokens,
        coalesce(classified.cost_in_pricing_currency, classified.cost) as priced_cost,
        case
            when
                block > 1
                and priced_cost <> 0
                and abs(unit_price * quantity / block - priced_cost)
                <= abs(priced_cost) * 0.005
                then cast(quantity / block as decimal(38, 12))
            else quantity
        end as blocks,
        services.type_name,
        services.service_name,
        services.service_category,
        services.service_subcategory,
        regions.region_id,
        regions.region_name,
        gpus.gpus
    from classified
    left join measures
        on coalesce(classified.unit_of_measure, '') = measures.measure
    left join ai_meters
        on
            coalesce(classified.meter_category, '') = ai_meters.meter_category
            and coalesce(classified.meter_subcategory, '') = ai_meters.meter_subcategory
            and coalesce(classified.meter_name, '') = ai_meters.meter_name
            and coalesce(classified.unit_of_measure, '') = ai_meters.measure
            and lower(classified.consumed_service) = 'microsoft.cognitiveservices'
    left join services
        on classified.arm_type = services.resource_type
    left join regions
        on lower(replace(classified.resource_location, ' ', '')) = regions.location
    left join gpus
        on lower(classified.size_name) = gpus.instance_type

),

-- Prices are in the pricing currency and for one block; 0 beside a cost is unknown.
priced as (

    select
        *,
        category in ('Usage', 'Purchase') and rule <> 'refund' as is_priced,
        coalesce(nullif(exchange_rate, 0), 1) as rate,
        case when is_tokens then 1000000 // block else 1 end as price_factor,
        case
            when not is_priced or rule = 'unused' or unit_price < 0 then null
            when unit_price <> 0 or priced_cost = 0 then unit_price * price_factor
        end as contracted_price,
        case
            when not is_priced or rule = 'unused' or payg_price < 0 then null
            when payg_price <> 0 or priced_cost = 0 and coalesce(unit_price, 0) = 0
                then payg_price * price_factor
        end as list_price,
        case
            when not is_priced then null
            when is_tokens then cast(blocks * block * 0.000001 as decimal(38, 12))
            else blocks
        end as pricing_quantity,
        case
            when not is_priced then null
            when is_tokens then '1000000 Tokens'
            when block > 1
                then block || ' ' || coalesce(measured_unit, 'Units')
            else coalesce(measured_unit, 'Units')
        end as pricing_unit,
        cast(blocks * block as decimal(38, 12)) as consumed,
        -- Usage under a commitment was paid by the purchase of it.
        case
            when cost_type <> 'actual' and category = 'Usage' and is_committed then 0
            else cost
        end as billed,
        -- A purchase is effective where it is used, which only amortized costs know.
        case
            when cost_type = 'both' and category = 'Purchase' and is_committed then 0
            else cost
        end as effective
    from counted

),

costed as (

    select
        *,
        -- To multiply two such decimals costs as much as reading ten cells.
        case
            when rate = 1 then contracted_price
            else cast(contracted_price * rate as decimal(38, 12))
        end as contracted_unit_price,
        case
            when rate = 1 then list_price
            else cast(list_price * rate as decimal(38, 12))
        end as list_unit_price,
        case
            when rate = 1 then cost
            else coalesce(
                cost_in_pricing_currency, cast(cost / rate as decimal(38, 12))
            )
        end as cost_before_exchange,
        case when is_committed then lower(coalesce(benefit_id, reservation_id)) end
            as commitment_id,
        case
            when not is_committed then null
            when contains(lower(benefit_id), '/microsoft.billingbenefits/') then 'Spend'
            when contains(lower(benefit_id), '/microsoft.capacity/') then 'Usage'
            when model = 'savingsplan' or lower(charge_type) = 'unusedsavingsplan'
                then 'Spend'
            else 'Usage'
        end as commitment_category
    from priced

),

named as (

    select
        *,
        case
            when contracted_unit_price is not null
                then cast(contracted_unit_price * pricing_quantity as decimal(38, 12))
            else cost
        end as contracted_cost,
        coalesce(product_id, meter_id, part_number, product_order_id) as sku,
        coalesce(part_number, product_id, meter_id, product_order_id) as sku_price,
        case
            when ai_details <> '' then ai_details
            when not is_measured or size_name is null then null
            when lower(size_name) like 'standard\_%' escape '\'
                or lower(size_name) like 'basic\_%' escape '\'
                then '{"InstanceType":' || to_json(size_name)
                || coalesce(',"GpuCount":' || gpus, '')
                || coalesce(
                    ',"CoreCount":'
                    || try_cast(json_extract_string(info, '$.VCPUs') as integer),
                    ''
                ) || '}'
        end as price_details,
        json_extract_string(info, '$.VMCapacityReservationId') as capacity_id,
        case
            when commitment_id is null then null
            when rule = 'refund' then null
            when commitment_category = 'Spend' then cost_before_exchange
            when category = 'Usage'
                then cast(consumed * coalesce(ratio, 1) as decimal(38, 12))
        end as commitment_quantity
    from costed

)

select
    availability_zone as AvailabilityZone,
    billed as BilledCost,
    coalesce(billing_profile_id, billing_account_id, lower(subscription_id))
        as BillingAccountId,
    coalesce(billing_profile_name, billing_account_name) as BillingAccountName,
    case
        when billing_profile_id is not null
            then if(
                billing_profile_id is distinct from billing_account_id,
                'Billing Profile', 'Billing Account'
            )
        when billing_account_id is not null then 'Billing Account'
        else 'Subscription'
    end as BillingAccountType,
    upper(billing_currency) as BillingCurrency,
    coalesce(
        date_trunc('day', billing_period_end) + interval 1 day,
        date_trunc('month', date) + interval 1 month
    ) as BillingPeriodEnd,
    coalesce(billing_period_start, date_trunc('month', date)) as BillingPeriodStart,
    case when category = 'Usage' then capacity_id end as CapacityReservationId,
    case
        when category <> 'Usage' or capacity_id is null then null
        when arm_type = 'microsoft.compute/capacityreservationgroups' then 'Unused'
        else 'Used'
    end as CapacityReservationStatus,
    category as ChargeCategory,
    case when rule = 'refund' then 'Correction' end as ChargeClass,
    product_name as ChargeDescription,
    case
        when lower(frequency) = 'recurring' then 'Recurring'
        when lower(frequency) = 'onetime' then 'One-Time'
        when category = 'Usage' then 'Usage-Based'
        when category = 'Purchase' and is_committed then 'Recurring'
        else 'One-Time'
    end as ChargeFrequency,
    date_trunc('day', date) + interval 1 day as ChargePeriodEnd,
    date_trunc('day', date) as ChargePeriodStart,
    case when commitment_id is not null then commitment_category end
        as CommitmentDiscountCategory,
    commitment_id as CommitmentDiscountId,
    case
        when commitment_id is not null then coalesce(benefit_name, reservation_name)
    end as CommitmentDiscountName,
    commitment_quantity as CommitmentDiscountQuantity,
    case
        when commitment_id is null or category <> 'Usage' then null
        when rule = 'unused' then 'Unused'
        else 'Used'
    end as CommitmentDiscountStatus,
    case
        when commitment_id is null then null
        when commitment_category = 'Spend' then 'Savings Plan'
        else 'Reservation'
    end as CommitmentDiscountType,
    case
        when commitment_quantity is null then null
        when commitment_category = 'Spend'
            then upper(coalesce(pricing_currency, billing_currency))
        when ratio is not null
            then 'Normalized ' || coalesce(measured_unit, 'Units')
        else coalesce(measured_unit, 'Units')
    end as CommitmentDiscountUnit,
    case
        when not is_measured then null
        when is_tokens then cast(round(consumed, 0) as decimal(38, 12))
        else consumed
    end as ConsumedQuantity,
    case
        when not is_measured then null
        when is_tokens then 'Tokens'
        else coalesce(measured_unit, 'Units')
    end as ConsumedUnit,
    contracted_cost as ContractedCost,
    contracted_unit_price as ContractedUnitPrice,
    effective as EffectiveCost,
    case when not is_marketplace then 'Microsoft' end as HostProviderName,
    invoice_id as InvoiceId,
    coalesce(partner_name, 'Microsoft') as InvoiceIssuerName,
    case
        when list_unit_price = contracted_unit_price then contracted_cost
        when list_price is not null
            then cast(list_unit_price * pricing_quantity as decimal(38, 12))
        when is_priced and payg_cost <> 0 then payg_cost
        else contracted_cost
    end as ListCost,
    list_unit_price as ListUnitPrice,
    case
        when not is_priced and rule <> 'refund' then null
        when category = 'Usage' and is_committed then 'Committed'
        when model = 'spot' then 'Dynamic'
        when model in ('ondemand', 'reservation', 'savingsplan') then 'Standard'
        else 'Other'
    end as PricingCategory,
    upper(coalesce(pricing_currency, billing_currency)) as PricingCurrency,
    contracted_price as PricingCurrencyContractedUnitPrice,
    case when effective = 0 then 0 else cost_before_exchange end
        as PricingCurrencyEffectiveCost,
    list_price as PricingCurrencyListUnitPrice,
    pricing_quantity as PricingQuantity,
    case when pricing_quantity is not null then pricing_unit end as PricingUnit,
    case
        when lower(resource_location) not in ('unassigned', 'unknown')
            then coalesce(region_id, lower(replace(resource_location, ' ', '')))
    end as RegionId,
    case
        when lower(resource_location) not in ('unassigned', 'unknown')
            then coalesce(region_name, resource_location)
    end as RegionName,
    arm_id as ResourceId,
    case
        when arm_id is not null
            then lower(coalesce(
                resource_name, nullif(regexp_extract(arm_id, '([^/]+)/*$', 1), '')
            ))
    end as ResourceName,
    case when arm_id is not null then coalesce(type_name, arm_type) end as ResourceType,
    case
        when is_marketplace then 'Other'
        when ai_service is not null then 'AI and Machine Learning'
        else coalesce(service_category, 'Other')
    end as ServiceCategory,
    case
        when is_marketplace then coalesce(publisher_name, product_name, meter_category)
        else coalesce(
            ai_service, service_name, meter_category, product_name, consumed_service
        )
    end as ServiceName,
    -- FOCUS names the seller; Azure only passes a Marketplace offer's price on.
    case
        when is_marketplace then coalesce(publisher_name, 'Microsoft')
        else 'Microsoft'
    end as ServiceProviderName,
    case
        when is_marketplace then 'Other (Other)'
        when ai_service is not null then 'Generative AI'
        else coalesce(service_subcategory, 'Other (Other)')
    end as ServiceSubcategory,
    case when is_priced then sku end as SkuId,
    case when is_priced and sku is not null then coalesce(ai_meter, meter_name) end
        as SkuMeter,
    case when is_priced and sku is not null then price_details end as SkuPriceDetails,
    case when is_priced and sku is not null then sku_price end as SkuPriceId,
    lower(subscription_id) as SubAccountId,
    case when subscription_id is not null then subscription_name end as SubAccountName,
    case when subscription_id is not null then 'Subscription' end as SubAccountType,
    {tags} as Tags,
    delivery_id as x_DeliveryId,
    coalesce(charge_type, 'Usage') as x_LineItemType,
    coalesce(json_extract_string(info, '$.UsageType'), consumed_service) as x_Operation,
    ai_tier as x_ProcessingTier,
    billed as x_SourceCost,
    'azure' as x_SourceName,
    row_number as x_SourceRowNumber,
    1 as x_SourceRowPart,
    meter_name as x_UsageType,
    additional_info as x_AdditionalInfo,
    cost_allocation_rule as x_CostAllocationRuleName,
    cost_center as x_CostCenter,
    invoice_section_name as x_InvoiceSectionName,
    publisher_name as x_PublisherName,
    {raw_tags} as x_RawTags,
    resource_group as x_ResourceGroupName,
    meter_category as x_SkuMeterCategory,
    meter_id as x_SkuMeterId,
    meter_subcategory as x_SkuMeterSubcategory,
    offer_id as x_SkuOfferId,
    term as x_SkuTerm
from named
