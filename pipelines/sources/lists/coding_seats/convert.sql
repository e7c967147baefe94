-- Seats of coding tools to FOCUS 1.4: a license bought for a month, whether it is used or
-- not. The row stands under the source of the tool's other charges.
with seats as (
    select
        *,
        strptime(month, '%Y-%m') as period_start,
        coalesce(vendor_name, tool_name) as vendor
    from ({seats})
    where reason is null
)

select
    seat_price as BilledCost,
    seat_price as ContractedCost,
    seat_price as EffectiveCost,
    seat_price as ListCost,
    seat_price as x_SourceCost,
    lower(vendor) as BillingAccountId,
    seat_currency as BillingCurrency,
    period_start as BillingPeriodStart,
    period_start + interval 1 month as BillingPeriodEnd,
    period_start as ChargePeriodStart,
    period_start + interval 1 month as ChargePeriodEnd,
    'Purchase' as ChargeCategory,
    'Recurring' as ChargeFrequency,
    tool_name || ': a seat' as ChargeDescription,
    1 as PricingQuantity,
    'Seats' as PricingUnit,
    'Standard' as PricingCategory,
    vendor as ServiceProviderName,
    vendor as HostProviderName,
    vendor as InvoiceIssuerName,
    tool_name as ServiceName,
    'AI and Machine Learning' as ServiceCategory,
    'Other (AI and Machine Learning)' as ServiceSubcategory,
    'seat' as SkuId,
    'seat' as SkuPriceId,
    'Seat' as SkuMeter,
    json_merge_patch('{{}}', json_object('user', user_id, 'team', team_name)) as Tags,
    'seat' as x_UsageType,
    'Seat' as x_LineItemType,
    delivery_id as x_DeliveryId,
    coalesce(ledger_source, 'seats') as x_SourceName,
    row_number as x_SourceRowNumber,
    1 as x_SourceRowPart
from seats
