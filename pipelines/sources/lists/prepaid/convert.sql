-- Prepaid credits to FOCUS 1.4, as its worked examples of prepaid agreements have them: a
-- purchase bills its amount and is effective where it is drawn, so its EffectiveCost is 0.
-- Nobody draws a fee: it is effective at once. What lapses was paid and never drawn; it is
-- effective on the day on which it lapses.
with bought as (
    {rows}
),

charges as (
    select
        *,
        1 as part,
        'Purchase' as category,
        'Credits' as meter,
        vendor || ' credits' as description,
        purchased_on as day,
        amount as billed,
        0 as effective,
        coalesce(credits, amount) as quantity,
        case when credits is null then currency else 'Credits' end as unit
    from bought

    union all by name

    select
        *,
        2 as part,
        'Purchase' as category,
        'Credit Fee' as meter,
        vendor || ' fee for credits' as description,
        purchased_on as day,
        fee as billed,
        fee as effective,
        fee as quantity,
        currency as unit
    from bought
    where fee > 0

    union all by name

    select
        *,
        3 as part,
        'Tax' as category,
        cast(null as varchar) as meter,
        vendor || ' tax on credits' as description,
        purchased_on as day,
        tax as billed,
        tax as effective
    from bought
    where tax > 0

    union all by name

    select
        *,
        4 as part,
        'Usage' as category,
        'Expired Credits' as meter,
        vendor || ' credits that expired unused' as description,
        expires_on as day,
        0 as billed,
        expired_amount as effective,
        expired_amount as quantity,
        currency as unit
    from bought
    where expired_amount is not null
)

select
    billed as BilledCost,
    case part when 1 then billed else effective end as ContractedCost,
    effective as EffectiveCost,
    case part when 1 then billed else effective end as ListCost,
    billed as x_SourceCost,
    billing_account_id as BillingAccountId,
    currency as BillingCurrency,
    {period_start} as BillingPeriodStart,
    {period_start} + interval 1 month as BillingPeriodEnd,
    cast(day as timestamp) as ChargePeriodStart,
    cast(day as timestamp) + interval 1 day as ChargePeriodEnd,
    category as ChargeCategory,
    'One-Time' as ChargeFrequency,
    description as ChargeDescription,
    quantity as PricingQuantity,
    unit as PricingUnit,
    case when quantity is not null then 'Standard' end as PricingCategory,
    vendor as ServiceProviderName,
    vendor as HostProviderName,
    vendor as InvoiceIssuerName,
    case when part < 4 then invoice_id end as InvoiceId,
    vendor || ' Credits' as ServiceName,
    'AI and Machine Learning' as ServiceCategory,
    'Other (AI and Machine Learning)' as ServiceSubcategory,
    lower(replace(meter, ' ', '-')) as SkuId,
    lower(replace(meter, ' ', '-')) as SkuPriceId,
    meter as SkuMeter,
    meter as x_UsageType,
    delivery_id as x_DeliveryId,
    ledger_source as x_SourceName,
    row_number as x_SourceRowNumber,
    row_number() over (partition by delivery_id, row_number order by part)
        as x_SourceRowPart,
    expires_on as x_CreditsExpireOn
from charges
where day >= {period_start} and day < {period_start} + interval 1 month
