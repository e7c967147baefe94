-- Anthropic cost report results to FOCUS 1.4. An amount is a decimal text in cents:
-- "123.45" is 1.2345 dollars. The report states neither quantities nor prices, so those
-- stay NULL, and ListCost and ContractedCost are the amount itself.
with results as (
    {results}
),

parsed as (
    select
        *,
        -- A shift of two places, not a division: DuckDB divides decimals as doubles.
        cast(cast(result ->> '$.amount' as decimal(38, 10)) * 0.01 as decimal(38, 12))
            as cost,
        upper(result ->> '$.currency') as currency,
        result ->> '$.cost_type' as cost_type,
        result ->> '$.description' as description,
        result ->> '$.model' as model_id,
        result ->> '$.token_type' as token_type,
        result ->> '$.service_tier' as service_tier,
        result ->> '$.context_window' as context_window,
        result ->> '$.inference_geo' as inference_geo,
        nullif(result ->> '$.workspace_id', '') as workspace_id
    from results
),

metered as (
    select
        *,
        case
            when token_type = 'output_tokens' then 'Output Tokens'
            when token_type = 'cache_read_input_tokens' then 'Cache Read Input Tokens'
            when regexp_matches(token_type, '^cache_creation.*(1h|hour)')
                then 'Cache Write 1h Input Tokens'
            when token_type like 'cache_creation%' then 'Cache Write Input Tokens'
            when token_type = 'uncached_input_tokens' then 'Input Tokens'
            else coalesce(token_type, cost_type, description)
        end as meter,
        coalesce(
            nullif(
                concat_ws(
                    ', ', model_id, token_type, service_tier, context_window,
                    inference_geo
                ),
                ''
            ),
            description,
            cost_type
        ) as sku
    from parsed
)

select
    {billed_cost} as BilledCost,
    cost as ContractedCost,
    cost as EffectiveCost,
    cost as ListCost,
    {billed_cost} as x_SourceCost,
    {billing_account_id} as BillingAccountId,
    currency as BillingCurrency,
    date_trunc('month', bucket_start) as BillingPeriodStart,
    date_trunc('month', bucket_start) + interval 1 month as BillingPeriodEnd,
    bucket_start as ChargePeriodStart,
    bucket_end as ChargePeriodEnd,
    'Usage' as ChargeCategory,
    'Usage-Based' as ChargeFrequency,
    coalesce(description, 'Claude API') as ChargeDescription,
    'Standard' as PricingCategory,
    'Anthropic' as ServiceProviderName,
    'Anthropic' as HostProviderName,
    'Anthropic' as InvoiceIssuerName,
    'Claude API' as ServiceName,
    'AI and Machine Learning' as ServiceCategory,
    'Generative AI' as ServiceSubcategory,
    workspace_id as SubAccountId,
    case when workspace_id is not null then 'Workspace' end as SubAccountType,
    sku as SkuId,
    sku as SkuPriceId,
    case when sku is not null then meter end as SkuMeter,
    case
        when model_id is not null
            then json_merge_patch(
                json_object(
                    'x_ModelDeveloper', 'Anthropic',
                    'x_ModelId', model_id,
                    'x_TokenDirection',
                    case when token_type = 'output_tokens' then 'Output' else 'Input' end
                ),
                case meter
                    when 'Input Tokens'
                        then json_object('x_TokenCacheAction', 'Uncached')
                    when 'Cache Read Input Tokens'
                        then json_object('x_TokenCacheAction', 'Read')
                    when 'Cache Write Input Tokens'
                        then json_object('x_TokenCacheAction', 'Write')
                    when 'Cache Write 1h Input Tokens'
                        then json_object('x_TokenCacheAction', 'Write')
                    else json('{{}}')
                end
            )
    end as SkuPriceDetails,
    service_tier as x_ProcessingTier,
    token_type as x_UsageType,
    cost_type as x_LineItemType,
    delivery_id as x_DeliveryId,
    'anthropic' as x_SourceName,
    row_number as x_SourceRowNumber,
    1 as x_SourceRowPart
from metered
