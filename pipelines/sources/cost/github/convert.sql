-- GitHub's metered usage to FOCUS 1.4. gross - discount = net, and net is what is billed;
-- use that a plan includes stands in the discount.
with counting as (
    select *
    from ({rows})
    where left_out is null
),

named as (
    select
        *,
        lower(replace(product, ' ', '_')) as product_key,
        -- 'copilot_for_business' and 'copilot_enterprise': licenses by the user and month.
        regexp_matches(lower(unit_type), '^user[- ]?months?$')
        or lower(sku) in ('copilot_for_business', 'copilot_enterprise')
            as is_seat,
        -- Older reports have the owner before the name.
        regexp_extract(repository, '[^/]+$') as repository_name,
        {person} as person
    from counting
),

classified as (
    select
        *,
        product_key in ('copilot', 'spark', 'models') as is_ai,
        case product_key
            when 'copilot' then 'GitHub Copilot'
            when 'spark' then 'GitHub Spark'
            when 'models' then 'GitHub Models'
            when 'actions' then 'GitHub Actions'
            when 'codespaces' then 'GitHub Codespaces'
            else 'GitHub ' || product
        end as service
    from named
)

select
    net_amount as BilledCost,
    net_amount as ContractedCost,
    net_amount as EffectiveCost,
    gross_amount as ListCost,
    net_amount as x_SourceCost,
    -- The report does not name the account that is billed.
    'github' as BillingAccountId,
    'USD' as BillingCurrency,
    date_trunc('month', date) as BillingPeriodStart,
    date_trunc('month', date) + interval 1 month as BillingPeriodEnd,
    date_trunc('day', date) as ChargePeriodStart,
    date_trunc('day', date) + interval 1 day as ChargePeriodEnd,
    case when is_seat then 'Purchase' else 'Usage' end as ChargeCategory,
    case when is_seat then 'Recurring' else 'Usage-Based' end as ChargeFrequency,
    service || ': ' || sku as ChargeDescription,
    case when not is_seat then quantity end as ConsumedQuantity,
    case when not is_seat then unit_type end as ConsumedUnit,
    quantity as PricingQuantity,
    unit_type as PricingUnit,
    'Standard' as PricingCategory,
    applied_cost_per_quantity as ListUnitPrice,
    'GitHub' as ServiceProviderName,
    'GitHub' as HostProviderName,
    'GitHub' as InvoiceIssuerName,
    service as ServiceName,
    case when is_ai then 'AI and Machine Learning' else 'Developer Tools' end
        as ServiceCategory,
    case
        when is_ai then 'Other (AI and Machine Learning)'
        when product_key = 'actions' then 'Continuous Integration and Deployment'
        when product_key = 'codespaces' then 'Development Environments'
        else 'Other (Developer Tools)'
    end as ServiceSubcategory,
    organization as SubAccountId,
    case when organization is not null then 'Organization' end as SubAccountType,
    sku as SkuId,
    sku as SkuPriceId,
    sku as SkuMeter,
    json_merge_patch(
        '{{}}',
        json_object(
            'user', person,
            'repository', repository_name,
            'organization', organization,
            'cost_center', cost_center_name,
            'workflow', workflow_path
        )
    ) as Tags,
    sku as x_UsageType,
    case when is_seat then 'Seat' else 'Usage' end as x_LineItemType,
    delivery_id as x_DeliveryId,
    'github' as x_SourceName,
    row_in_delivery as x_SourceRowNumber,
    1 as x_SourceRowPart
from classified
