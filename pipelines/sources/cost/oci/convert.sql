-- Rows of OCI cost reports of one month as FOCUS 1.4 rows.
--
-- {rows} are the texts of all deliveries of which each says its charge last
-- (conversion.py), {read} the columns with their types, {judged} the same where none is
-- refused (reading.py); {services} and {units} are the CSVs beside this file.
-- {period_start} and {period_end} bound the month.

with

-- A reference number is one charge, whichever files have it; the newest counts.
newest as (

    {rows}

),

services (service, name, category, subcategory) as (

    values
        {services}

),

units (name, unit) as (

    values
        {units}

),

read as (

    select
        file_name,
        delivery_id,
        row_number,
        tags,
        {read}
    from newest

),

reported as (

    select
        file_name,
        delivery_id,
        row_number,
        tags,
        {judged}
    from read
    where usage_start >= {period_start} and usage_start < {period_end}

),

matched as (

    select
        reported.*,
        coalesce(reported.is_correction, false) as corrects,
        coalesce(reported.subscription_id, reported.tenant_id) as account_id,
        services.name as service_name,
        services.category as service_category,
        services.subcategory as service_subcategory,
        coalesce(units.unit, reported.sku_unit, reported.billing_unit, 'Units') as unit,
        -- 'ocid1.instance.oc1.iad.aaaa' is an instance.
        nullif(regexp_extract(reported.resource_id, '^ocid1\.([a-z0-9]+)\.', 1), '')
            as resource_type,
        -- To look for a few letters first costs less than the patterns.
        case
            when contains(reported.description, 'M.')
                then nullif(
                    regexp_extract(
                        reported.description, '\b((BM|VM)(\.[A-Za-z0-9]+)+)\b', 1
                    ),
                    ''
                )
        end as shape,
        case
            when contains(reported.description, 'GPU')
                then nullif(
                    regexp_extract(
                        reported.description,
                        '\bGPU\b.*?\b(GB200|B200|B300|H200|H100|MI300X|MI355X|A100|A10|L40S|V100|P100)\b',
                        1
                    ),
                    ''
                )
        end as gpu_name
    from reported
    left join services
        on upper(reported.service) = services.service
    left join units
        on lower(reported.sku_unit) = units.name

),

-- A price that does not multiply out to its cost is that of another tier.
priced as (

    select
        *,
        case
            when
                unit_price >= 0
                and abs(cast(unit_price as double) * quantity - cost)
                <= greatest(0.0000005, abs(cost) * 0.00005)
                then unit_price
        end as contracted_price
    from matched

)

select
    availability_domain as AvailabilityZone,
    cost as BilledCost,
    account_id as BillingAccountId,
    case when subscription_id is not null then 'Subscription' else 'Tenancy' end
        as BillingAccountType,
    currency as BillingCurrency,
    {period_end} as BillingPeriodEnd,
    {period_start} as BillingPeriodStart,
    'Usage' as ChargeCategory,
    case when corrects then 'Correction' end as ChargeClass,
    coalesce(description, sku, service) as ChargeDescription,
    'Usage-Based' as ChargeFrequency,
    usage_end as ChargePeriodEnd,
    usage_start as ChargePeriodStart,
    quantity as ConsumedQuantity,
    case when quantity is not null then unit end as ConsumedUnit,
    cost as ContractedCost,
    contracted_price as ContractedUnitPrice,
    cost as EffectiveCost,
    'Oracle' as HostProviderName,
    'Oracle' as InvoiceIssuerName,
    cost as ListCost,
    case
        when regexp_matches(description, '\bpreemptible\b', 'i') then 'Dynamic'
        else 'Standard'
    end as PricingCategory,
    quantity as PricingQuantity,
    case when quantity is not null then unit end as PricingUnit,
    region as RegionId,
    resource_id as ResourceId,
    resource_type as ResourceType,
    coalesce(service_category, 'Other') as ServiceCategory,
    coalesce(service_name, service) as ServiceName,
    'Oracle' as ServiceProviderName,
    coalesce(service_subcategory, 'Other (Other)') as ServiceSubcategory,
    sku as SkuId,
    case when sku is not null then coalesce(description, billing_unit) end as SkuMeter,
    case
        when sku is not null and coalesce(shape, gpu_name) is not null
            then json_merge_patch(
                '{}',
                json_object('InstanceType', shape),
                json_object('x_GpuName', gpu_name)
            )
    end as SkuPriceDetails,
    sku as SkuPriceId,
    tenant_id as SubAccountId,
    'Tenancy' as SubAccountType,
    tags as Tags,
    delivery_id as x_DeliveryId,
    cost as x_SourceCost,
    'oci' as x_SourceName,
    row_number as x_SourceRowNumber,
    1 as x_SourceRowPart,
    coalesce(billing_unit, sku_unit) as x_UsageType,
    attributed_cost as x_AttributedCost,
    attributed_usage as x_AttributedUsage,
    back_reference as x_BackReferenceNumber,
    quantity_overage as x_BilledQuantityOverage,
    compartment_id as x_CompartmentId,
    compartment_name as x_CompartmentName,
    cost_overage as x_CostOverage,
    overage_flag as x_OverageFlag,
    reference as x_ReferenceNumber,
    service as x_ServiceCode,
    unit_price_overage as x_UnitPriceOverage
from priced
