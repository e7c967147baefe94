-- Cursor's events of one month to FOCUS 1.4: summed to the day, user, model and way of
-- paying, because single ones cost fractions of a cent. What a plan includes is billed at
-- 0 and has its worth as ListCost, as far as the file states it.
with events as (
    {events}
),

days as (
    select
        delivery_id,
        date_trunc('day', event_time) as day,
        person,
        model,
        paid_by,
        min(row_in_delivery) as first_row,
        count(*) as event_count,
        cast(sum(charged) as decimal(38, 12)) as charged,
        cast(sum(coalesce(worth, charged)) as decimal(38, 12)) as worth
    from events
    where reason is null
    group by all
)

select
    charged as BilledCost,
    charged as ContractedCost,
    charged as EffectiveCost,
    greatest(worth, charged) as ListCost,
    charged as x_SourceCost,
    -- The events do not name the team.
    'cursor' as BillingAccountId,
    'USD' as BillingCurrency,
    date_trunc('month', day) as BillingPeriodStart,
    date_trunc('month', day) + interval 1 month as BillingPeriodEnd,
    day as ChargePeriodStart,
    day + interval 1 day as ChargePeriodEnd,
    'Usage' as ChargeCategory,
    'Usage-Based' as ChargeFrequency,
    'Cursor: ' || model || ', ' || paid_by as ChargeDescription,
    event_count as ConsumedQuantity,
    'Requests' as ConsumedUnit,
    event_count as PricingQuantity,
    'Requests' as PricingUnit,
    'Standard' as PricingCategory,
    'Cursor' as ServiceProviderName,
    'Cursor' as HostProviderName,
    'Cursor' as InvoiceIssuerName,
    'Cursor' as ServiceName,
    'AI and Machine Learning' as ServiceCategory,
    'Other (AI and Machine Learning)' as ServiceSubcategory,
    model as SkuId,
    model || ', ' || paid_by as SkuPriceId,
    case paid_by
        when 'included' then 'Included Usage'
        when 'own key' then 'Token Fee'
        else 'On-Demand Usage'
    end as SkuMeter,
    json_object('x_ModelId', model) as SkuPriceDetails,
    case
        when person is null then json_object()
        else json_object('user', person)
    end as Tags,
    paid_by as x_UsageType,
    'Usage' as x_LineItemType,
    delivery_id as x_DeliveryId,
    'cursor' as x_SourceName,
    first_row as x_SourceRowNumber,
    1 as x_SourceRowPart
from days
