with

source as (

    select * from {{ source('ledger', 'focus') }}

),

renamed as (

    select
        ---------- ids
        x_SourceName as source_name,
        x_DeliveryId as delivery_id,
        x_SourceRowNumber as source_row_number,
        x_SourceRowPart as source_row_part,
        BillingAccountId as billing_account_id,
        SubAccountId as sub_account_id,
        InvoiceId as invoice_id,
        ResourceId as resource_id,
        ResourceName as resource_name,
        CommitmentDiscountId as commitment_discount_id,
        SkuId as sku_id,
        x_CredentialId as credential_id,

        ---------- strings
        BillingAccountName as billing_account_name,
        SubAccountName as sub_account_name,
        BillingCurrency as billing_currency,
        ChargeCategory as charge_category,
        ChargeClass as charge_class,
        ChargeDescription as charge_description,
        ChargeFrequency as charge_frequency,
        CommitmentDiscountStatus as commitment_discount_status,
        CommitmentDiscountType as commitment_discount_type,
        ConsumedUnit as consumed_unit,
        HostProviderName as host_provider_name,
        InvoiceIssuerName as invoice_issuer_name,
        PricingCategory as pricing_category,
        PricingUnit as pricing_unit,
        RegionId as region_id,
        AvailabilityZone as availability_zone,
        ServiceCategory as service_category,
        ServiceName as service_name,
        ServiceProviderName as service_provider_name,
        ServiceSubcategory as service_subcategory,
        SkuMeter as sku_meter,
        x_ProcessingTier as processing_tier,
        x_LineItemType as line_item_type,
        x_UsageType as usage_type,
        {{ json_text('SkuPriceDetails', "'InstanceType'") }} as instance_type,
        {{ json_text('SkuPriceDetails', "'x_ModelId'") }} as model_id,
        {{ json_text('SkuPriceDetails', "'x_ModelDeveloper'") }} as model_developer,
        {{ json_text('SkuPriceDetails', "'x_TokenDirection'") }} as token_direction,
        {{ json_text('SkuPriceDetails', "'x_TokenCacheAction'") }}
            as token_cache_action,
        Tags as tags,

        ---------- numerics
        BilledCost as billed_cost,
        EffectiveCost as effective_cost,
        ContractedCost as contracted_cost,
        ListCost as list_cost,
        ListUnitPrice as list_unit_price,
        x_SourceCost as source_cost,
        ConsumedQuantity as consumed_quantity,
        PricingQuantity as pricing_quantity,
        try_cast({{ json_text('SkuPriceDetails', "'GpuCount'") }} as integer)
            as gpu_count,
        try_cast({{ json_text('SkuPriceDetails', "'CoreCount'") }} as integer)
            as core_count,
        try_cast({{ json_text('SkuPriceDetails', "'MemorySize'") }} as decimal(18, 3))
            as memory_gib,

        ---------- timestamps
        cast(ChargePeriodStart as date) as charge_date,
        ChargePeriodStart as charge_period_start,
        ChargePeriodEnd as charge_period_end,
        x_CommitmentStart as commitment_start,
        x_CommitmentEnd as commitment_end,
        BillingPeriodStart as billing_period_start,
        BillingPeriodEnd as billing_period_end

    from source

)

select * from renamed
