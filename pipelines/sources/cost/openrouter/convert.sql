-- OpenRouter's activity of one month to FOCUS 1.4: generations summed to the hour,
-- model, provider and API key, because millions of them cost fractions of a cent each;
-- a page of the API has days instead. A file states one amount per generation, neither prices nor shares of tokens in it,
-- so unit prices stay NULL and what is counted are generations.
with exported as (
    {rows}
),

newest as (
    select *
    from exported
    where left_out is null
),

generations as (
    select
        newest.delivery_id,
        newest.row_number,
        newest.is_day,
        {typed}
    from newest
    where {month} = {period}
),

hours as (
    select
        delivery_id,
        is_day,
        date_trunc('hour', created_at) as hour_start,
        model_permaslug,
        provider_name,
        api_key_name,
        min(row_number) as first_row,
        cast(coalesce(sum(requests), count(generation_id)) as bigint) as generations,
        cast(sum(cost_total) as decimal(38, 12)) as cost,
        cast(sum(cost_web_search) as decimal(38, 12)) as cost_web_search,
        cast(sum(cost_cache) as decimal(38, 12)) as cost_cache,
        cast(sum(cost_file_processing) as decimal(38, 12)) as cost_file_processing,
        cast(sum(byok_usage_inference) as decimal(38, 12)) as byok_usage_inference,
        cast(sum(tokens_prompt) as bigint) as tokens_prompt,
        cast(sum(tokens_completion) as bigint) as tokens_completion,
        cast(sum(tokens_reasoning) as bigint) as tokens_reasoning,
        cast(sum(tokens_cached) as bigint) as tokens_cached
    from generations
    group by all
)

select
    {billed_cost} as BilledCost,
    cost as ContractedCost,
    cost as EffectiveCost,
    cost as ListCost,
    {billed_cost} as x_SourceCost,
    -- The file does not name the account.
    'openrouter' as BillingAccountId,
    'USD' as BillingCurrency,
    date_trunc('month', hour_start) as BillingPeriodStart,
    date_trunc('month', hour_start) + interval 1 month as BillingPeriodEnd,
    hour_start as ChargePeriodStart,
    hour_start + case when is_day then interval 1 day else interval 1 hour end
        as ChargePeriodEnd,
    'Usage' as ChargeCategory,
    'Usage-Based' as ChargeFrequency,
    'OpenRouter: ' || model_permaslug || coalesce(' at ' || provider_name, '')
        as ChargeDescription,
    generations as ConsumedQuantity,
    'Requests' as ConsumedUnit,
    generations as PricingQuantity,
    'Requests' as PricingUnit,
    'Standard' as PricingCategory,
    'OpenRouter' as ServiceProviderName,
    provider_name as HostProviderName,
    'OpenRouter' as InvoiceIssuerName,
    'OpenRouter' as ServiceName,
    'AI and Machine Learning' as ServiceCategory,
    'Generative AI' as ServiceSubcategory,
    model_permaslug as SkuId,
    concat_ws('@', model_permaslug, provider_name) as SkuPriceId,
    'Requests' as SkuMeter,
    -- 'openai/gpt-4o-2024-08-06': who made the model, and which one it is.
    case
        when contains(model_permaslug, '/')
            then json_object(
                'x_ModelDeveloper', split_part(model_permaslug, '/', 1),
                'x_ModelId', model_permaslug[strpos(model_permaslug, '/') + 1:]
            )
        else json_object('x_ModelId', model_permaslug)
    end as SkuPriceDetails,
    api_key_name as x_CredentialId,
    model_permaslug as x_UsageType,
    delivery_id as x_DeliveryId,
    'openrouter' as x_SourceName,
    first_row as x_SourceRowNumber,
    1 as x_SourceRowPart,
    byok_usage_inference as x_ByokInferenceCost,
    tokens_cached as x_CachedTokens,
    cost_cache as x_CacheCost,
    tokens_completion as x_CompletionTokens,
    cost_file_processing as x_FileProcessingCost,
    tokens_prompt as x_PromptTokens,
    tokens_reasoning as x_ReasoningTokens,
    cost_web_search as x_WebSearchCost
from hours
