-- One month of Azure's FOCUS exports as FOCUS 1.4 rows.
--
-- {rows} are the rows with their columns typed, {tag_text}, {tags} and {raw_tags} read
-- tags, {arm_type} what a resource is; {period_end} is the end of a
-- month; {services}, {gpus}, {ai_meters} and {subcategories} are tables.
-- Each repair below closes a gap that Microsoft names; docs/sources/cost/azure_focus.md
-- lists them. A value that the export does not have is never made up.

with

export as (

    {rows}

),

services (
    resource_type, type_name, known_service, service_category, service_subcategory
) as (

    values
        {services}

),

gpus (instance_type, gpus) as (

    values
        {gpus}

),

subcategories (subcategory, parent) as (

    values
        {subcategories}

),

ai_meters (
    meter_category, meter_subcategory, meter_name, measure,
    ai_service, ai_meter, ai_tier, ai_details, is_tokens
) as (

    values
        {ai_meters}

),

typed as (

    select
        * exclude (Tags),
        Tags as source_tags,
        lower(CommitmentDiscountId) as commitment_id,
        lower(ResourceId) as arm_id,
        case when json_valid(SkuDetails) then SkuDetails end as info,
        ChargeCategory in ('Usage', 'Purchase')
        and ChargeClass is distinct from 'Correction' as is_priced,
        -- 'Vendor' is what Microsoft calls whoever sells through its Marketplace.
        coalesce(x_PublisherCategory in ('Vendor', 'Marketplace'), false)
        and PublisherName is not null as is_marketplace,
        coalesce(nullif(x_BillingExchangeRate, 0), 1) as rate,
        cast(coalesce(nullif(x_PricingBlockSize, 0), 1) as bigint) as block
    from export

),

joined as (

    select
        typed.*,
        {tag_text} as tag_text,
        -- A commitment's purchase is effective where it is used.
        case
            when ChargeCategory = 'Purchase' and commitment_id is not null then 0
            else EffectiveCost
        end as effective,
        ai_meters.ai_service,
        ai_meters.ai_meter,
        ai_meters.ai_tier,
        ai_meters.ai_details,
        coalesce(ai_meters.is_tokens = 'true', false) and typed.ChargeCategory = 'Usage'
            as is_tokens,
        services.type_name,
        services.known_service,
        services.service_category as known_category,
        services.service_subcategory as known_subcategory,
        subcategories.parent,
        gpus.gpus,
        json_extract_string(typed.info, '$.ServiceType') as size_name,
        try_cast(
            json_extract_string(typed.info, '$.RINormalizationRatio') as decimal(38, 12)
        ) as ratio
    from typed
    left join ai_meters
        on
            coalesce(typed.x_SkuMeterCategory, '') = ai_meters.meter_category
            and coalesce(typed.x_SkuMeterSubcategory, '') = ai_meters.meter_subcategory
            and coalesce(typed.SkuMeter, '') = ai_meters.meter_name
            and coalesce(typed.x_PricingUnitDescription, '') = ai_meters.measure
            and typed.arm_id like '%/microsoft.cognitiveservices/%'
    left join services
        on
            coalesce(lower(typed.x_ResourceType), {arm_type}) = services.resource_type
    left join subcategories
        on typed.ServiceSubcategory = subcategories.subcategory
    left join gpus
        on lower(json_extract_string(typed.info, '$.ServiceType')) = gpus.instance_type

),

-- 0 stands for a price or cost that the export does not know, unless all of it is 0.
priced as (

    select
        *,
        case
            when ContractedCost is null then effective
            when ContractedCost = 0 and effective <> 0 then effective
            else ContractedCost
        end as contracted_cost,
        case
            when ListCost is null or ListCost = 0 then contracted_cost
            else ListCost
        end as list_cost,
        case
            when not is_priced or CommitmentDiscountStatus = 'Unused' then null
            when ContractedUnitPrice < 0 then null
            when ContractedUnitPrice = 0 and contracted_cost <> 0 then null
            else ContractedUnitPrice
        end as contracted_price,
        case
            when not is_priced or CommitmentDiscountStatus = 'Unused' then null
            when ListUnitPrice < 0 then null
            when ListUnitPrice = 0 and list_cost <> 0 then null
            else ListUnitPrice
        end as list_price,
        case when is_priced then PricingQuantity end as blocks,
        case when is_tokens then 1000000 // block else 1 end as price_factor
    from joined

),

-- A price that does not make the cost is in the pricing currency, or it is not known.
checked as (

    select
        *,
        case
            when abs(contracted_cost - contracted_price * blocks)
                <= greatest(0.000001, abs(contracted_cost) * 0.0001)
                then contracted_price
            when
                rate <> 1
                and abs(
                    contracted_cost
                    - cast(contracted_price * rate as decimal(38, 12)) * blocks
                ) <= greatest(0.000001, abs(contracted_cost) * 0.0001)
                then cast(contracted_price * rate as decimal(38, 12))
        end as contracted_unit_price,
        case
            when abs(list_cost - list_price * blocks)
                <= greatest(0.000001, abs(list_cost) * 0.0001)
                then list_price
            when
                rate <> 1
                and abs(
                    list_cost - cast(list_price * rate as decimal(38, 12)) * blocks
                ) <= greatest(0.000001, abs(list_cost) * 0.0001)
                then cast(list_price * rate as decimal(38, 12))
        end as list_unit_price,
        cast(blocks * block as decimal(38, 12)) as tokens,
        case
            when ChargeCategory <> 'Usage' then null
            when CommitmentDiscountStatus = 'Unused' then null
            when is_tokens then cast(round(tokens, 0) as decimal(38, 12))
            else coalesce(ConsumedQuantity, blocks)
        end as consumed,
        -- An export may say '3 Years' or '36'.
        case
            when regexp_matches(lower(x_SkuTerm), '^\d+ ?years?$')
                then cast(
                    12 * cast(regexp_extract(x_SkuTerm, '\d+') as integer) as varchar
                )
            else x_SkuTerm
        end as term,
        coalesce(SkuId, x_SkuMeterId, x_SkuPartNumber, x_SkuOrderId) as sku,
        case
            when ai_details <> '' then ai_details
            when ChargeCategory <> 'Usage' then null
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
        coalesce(
            CapacityReservationId,
            json_extract_string(info, '$.VMCapacityReservationId')
        ) as capacity_id,
        case
            when commitment_id is null then null
            when contains(commitment_id, '/microsoft.billingbenefits/') then 'Spend'
            when contains(commitment_id, '/microsoft.capacity/') then 'Usage'
            else CommitmentDiscountCategory
        end as commitment_category,
        case
            when commitment_id is null or ChargeClass = 'Correction' then null
            when CommitmentDiscountQuantity is not null then CommitmentDiscountQuantity
            when commitment_category = 'Spend' and rate = 1 and ChargeCategory = 'Usage'
                then effective
            when commitment_category = 'Spend' and rate = 1 then BilledCost
            when commitment_category = 'Usage' and ChargeCategory = 'Usage'
                then cast(blocks * coalesce(ratio, 1) as decimal(38, 12))
        end as commitment_quantity,
        case
            when ai_service is not null then 'AI and Machine Learning'
            else coalesce(ServiceCategory, known_category, 'Other')
        end as category
    from priced

)

select
    AvailabilityZone,
    BilledCost,
    BillingAccountId,
    BillingAccountName,
    coalesce(BillingAccountType, 'Billing Account') as BillingAccountType,
    upper(BillingCurrency) as BillingCurrency,
    -- Exclusive, where an export names a month's last day or second.
    case
        when BillingPeriodStart = date_trunc('month', BillingPeriodStart)
            then {period_end}
        else BillingPeriodEnd
    end as BillingPeriodEnd,
    BillingPeriodStart,
    case when ChargeCategory = 'Usage' then capacity_id end as CapacityReservationId,
    case
        when ChargeCategory <> 'Usage' or capacity_id is null then null
        when CapacityReservationStatus is not null then CapacityReservationStatus
        when contains(arm_id, '/capacityreservationgroups/') then 'Unused'
        else 'Used'
    end as CapacityReservationStatus,
    ChargeCategory,
    ChargeClass,
    ChargeDescription,
    case
        when ChargeCategory = 'Purchase' and ChargeFrequency = 'Usage-Based'
            then if(commitment_id is null, 'One-Time', 'Recurring')
        when ChargeFrequency in ('One-Time', 'Recurring', 'Usage-Based')
            then ChargeFrequency
        when ChargeCategory = 'Usage' then 'Usage-Based'
        else 'One-Time'
    end as ChargeFrequency,
    ChargePeriodEnd,
    ChargePeriodStart,
    commitment_category as CommitmentDiscountCategory,
    commitment_id as CommitmentDiscountId,
    case when commitment_id is not null then CommitmentDiscountName end
        as CommitmentDiscountName,
    commitment_quantity as CommitmentDiscountQuantity,
    case
        when commitment_id is null or ChargeCategory <> 'Usage' then null
        else coalesce(CommitmentDiscountStatus, 'Used')
    end as CommitmentDiscountStatus,
    case
        when commitment_id is null then null
        else coalesce(
            CommitmentDiscountType,
            if(commitment_category = 'Spend', 'Savings Plan', 'Reservation')
        )
    end as CommitmentDiscountType,
    case
        when commitment_quantity is null then null
        when CommitmentDiscountUnit is not null then CommitmentDiscountUnit
        when commitment_category = 'Spend' then upper(BillingCurrency)
        when ratio is not null then 'Normalized ' || coalesce(PricingUnit, 'Units')
        else coalesce(PricingUnit, 'Units')
    end as CommitmentDiscountUnit,
    consumed as ConsumedQuantity,
    case
        when consumed is null then null
        when is_tokens then 'Tokens'
        else coalesce(ConsumedUnit, PricingUnit, 'Units')
    end as ConsumedUnit,
    contracted_cost as ContractedCost,
    cast(contracted_unit_price * price_factor as decimal(38, 12))
        as ContractedUnitPrice,
    effective as EffectiveCost,
    case
        when HostProviderName is not null then HostProviderName
        when not is_marketplace then 'Microsoft'
    end as HostProviderName,
    InvoiceId,
    coalesce(InvoiceIssuerName, 'Microsoft') as InvoiceIssuerName,
    list_cost as ListCost,
    cast(list_unit_price * price_factor as decimal(38, 12)) as ListUnitPrice,
    case
        when ChargeCategory not in ('Usage', 'Purchase') then null
        when ChargeCategory = 'Usage' and commitment_id is not null then 'Committed'
        when ChargeCategory = 'Purchase' and PricingCategory = 'Committed'
            then 'Standard'
        when PricingCategory in ('Standard', 'Dynamic', 'Committed', 'Other')
            then PricingCategory
        when PricingCategory is null then 'Standard'
        else 'Other'
    end as PricingCategory,
    upper(coalesce(PricingCurrency, BillingCurrency)) as PricingCurrency,
    case
        when contracted_unit_price is not null
            then cast(contracted_price * price_factor as decimal(38, 12))
    end as PricingCurrencyContractedUnitPrice,
    case when rate = 1 then effective else cast(effective / rate as decimal(38, 12)) end
        as PricingCurrencyEffectiveCost,
    case
        when list_unit_price is not null
            then cast(list_price * price_factor as decimal(38, 12))
    end as PricingCurrencyListUnitPrice,
    case
        when is_tokens then cast(tokens * 0.000001 as decimal(38, 12))
        else blocks
    end as PricingQuantity,
    case
        when blocks is null then null
        when is_tokens then '1000000 Tokens'
        else coalesce(PricingUnit, 'Units')
    end as PricingUnit,
    RegionId,
    case when RegionId is not null then RegionName end as RegionName,
    arm_id as ResourceId,
    case when arm_id is not null then lower(ResourceName) end as ResourceName,
    case
        when arm_id is not null then coalesce(ResourceType, type_name, x_ResourceType)
    end as ResourceType,
    category as ServiceCategory,
    case
        when ai_service is not null then ai_service
        else coalesce(
            ServiceName,
            case when is_marketplace then PublisherName end,
            known_service,
            x_SkuMeterSubcategory,
            x_SkuMeterCategory,
            'Unknown'
        )
    end as ServiceName,
    case
        when is_marketplace then PublisherName
        else coalesce(ProviderName, 'Microsoft')
    end as ServiceProviderName,
    case
        when ai_service is not null then 'Generative AI'
        when parent = category then ServiceSubcategory
        when known_category = category then known_subcategory
        else 'Other (' || category || ')'
    end as ServiceSubcategory,
    case when is_priced then sku end as SkuId,
    case when is_priced and sku is not null then coalesce(ai_meter, SkuMeter) end
        as SkuMeter,
    case
        when is_priced and sku is not null and SkuPriceId is not null then price_details
    end as SkuPriceDetails,
    case when is_priced and sku is not null then SkuPriceId end as SkuPriceId,
    lower(SubAccountId) as SubAccountId,
    case when SubAccountId is not null then SubAccountName end as SubAccountName,
    case when SubAccountId is not null then coalesce(SubAccountType, 'Subscription') end
        as SubAccountType,
    {tags} as Tags,
    delivery_id as x_DeliveryId,
    ChargeCategory as x_LineItemType,
    json_extract_string(info, '$.UsageType') as x_Operation,
    ai_tier as x_ProcessingTier,
    BilledCost as x_SourceCost,
    'azure_focus' as x_SourceName,
    row_number as x_SourceRowNumber,
    1 as x_SourceRowPart,
    SkuMeter as x_UsageType,
    SkuDetails as x_AdditionalInfo,
    x_CostAllocationRuleName,
    x_CostCenter,
    x_InvoiceSectionName,
    PublisherName as x_PublisherName,
    {raw_tags} as x_RawTags,
    x_ResourceGroupName,
    x_SkuMeterCategory,
    x_SkuMeterId,
    x_SkuMeterSubcategory,
    x_SkuOfferId,
    term as x_SkuTerm
from checked
