-- OpenAI Costs API results to FOCUS 1.4. The API states one amount per result and
-- neither list nor contract prices, so ListCost and ContractedCost are that amount
-- and unit prices stay NULL. The line item is free text: "<model>[, batch], input". One
-- that names training is a fine-tune; calls of a tuned model ("ft:...") are not.
with results as (
    {results}
),

parsed as (
    select
        *,
        cast(result ->> '$.amount.value' as decimal(38, 12)) as cost,
        upper(result ->> '$.amount.currency') as currency,
        result ->> '$.line_item' as line_item,
        lower(result ->> '$.line_item') as line,
        nullif(result ->> '$.project_id', '') as project_id,
        nullif(result ->> '$.api_key_id', '') as api_key_id,
        cast(result ->> '$.quantity' as decimal(38, 12)) as quantity,
        coalesce(
            result ->> '$.quantity_unit',
            case when result ->> '$.quantity' is not null then 'tokens' end
        ) as unit
    from results
),

metered as (
    select
        *,
        case
            when line not like '%,%' then null
            when line like '%cached%' or line like '%cache read%' then 'Read'
            when line like '%cache write%' then 'Write'
            when line like '%input%' then 'Uncached'
        end as cache_action,
        case
            when line not like '%,%' then null
            when line like '%output%' then 'Output'
            when line like '%input%' or line like '%cache%' then 'Input'
        end as direction,
        case when line like '%,%' then trim(split_part(line_item, ',', 1)) end
            as model_id,
        -- After the model, whose name may say it, too: 'gpt-4o-audio-preview, input'.
        case
            when regexp_matches(line, ',.*\baudio\b') then 'Audio '
            when regexp_matches(line, ',.*\bimages?\b') then 'Image '
            else ''
        end as modality,
        case
            when line like '%batch%' then 'batch'
            when line like '%priority%' then 'priority'
            when line like '%flex%' then 'flex'
            when line like '%,%' then 'standard'
        end as tier,
        line like '%, training%' or line like '%fine-tun%' as is_fine_tuning,
        case unit when '1000_tokens' then 1000 else 1 end as factor
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
    coalesce('OpenAI API: ' || line_item, 'OpenAI API') as ChargeDescription,
    case when unit is null then null else quantity * factor end as ConsumedQuantity,
    case
        when unit in ('tokens', '1000_tokens') then 'Tokens'
        when unit = 'duration_seconds' then 'Seconds'
        when unit = 'duration_minutes' then 'Minutes'
        when unit = 'duration_hours' then 'Hours'
        when unit = 'gibibyte_hours' then 'GiB-Hours'
        when unit = 'images' then 'Images'
        when unit = 'characters' then 'Characters'
        else unit
    end as ConsumedUnit,
    case
        when unit in ('tokens', '1000_tokens')
            then cast(quantity * factor / 1000000 as decimal(38, 12))
        else quantity
    end as PricingQuantity,
    case when unit in ('tokens', '1000_tokens') then '1000000 Tokens' else ConsumedUnit end
        as PricingUnit,
    case tier when 'flex' then 'Other' else 'Standard' end as PricingCategory,
    'OpenAI' as ServiceProviderName,
    'OpenAI' as HostProviderName,
    'OpenAI' as InvoiceIssuerName,
    'OpenAI API' as ServiceName,
    'AI and Machine Learning' as ServiceCategory,
    'Generative AI' as ServiceSubcategory,
    project_id as SubAccountId,
    case when project_id is not null then 'Project' end as SubAccountType,
    line_item as SkuId,
    line_item as SkuPriceId,
    case
        when is_fine_tuning and unit in ('tokens', '1000_tokens') then 'Fine-Tuning Tokens'
        when is_fine_tuning then 'Fine-Tuning'
        when cache_action = 'Read' then modality || 'Cache Read Input Tokens'
        when cache_action = 'Write' then modality || 'Cache Write Input Tokens'
        when direction = 'Input' then modality || 'Input Tokens'
        when direction = 'Output' then modality || 'Output Tokens'
        else line_item
    end as SkuMeter,
    case
        when direction is not null
            then json_merge_patch(
                json_object(
                    'x_ModelDeveloper', 'OpenAI',
                    'x_ModelId', model_id,
                    'x_TokenDirection', direction
                ),
                case
                    when cache_action is not null
                        then json_object('x_TokenCacheAction', cache_action)
                    else json('{{}}')
                end
            )
        when is_fine_tuning and model_id is not null
            then json_object('x_ModelDeveloper', 'OpenAI', 'x_ModelId', model_id)
    end as SkuPriceDetails,
    api_key_id as x_CredentialId,
    tier as x_ProcessingTier,
    line_item as x_UsageType,
    delivery_id as x_DeliveryId,
    'openai' as x_SourceName,
    row_number as x_SourceRowNumber,
    1 as x_SourceRowPart
from metered
