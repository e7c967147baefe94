-- Google Cloud billing export rows of one invoice month as FOCUS 1.4 rows.
--
-- {rows} are the typed rows of all deliveries (values.py), {meters} the names and units
-- of their meters (reading.py); {services}, {units}, {gpus},
-- {ai_models}, {ai_meters} and {ai_tiers} are the CSVs beside this file, ranked: the
-- first pattern that fits counts. {period_start} and {period_end} bound the month.

with

exported as (

    {rows}

),

services (rank, service, category, subcategory) as (

    values
        {services}

),

units (rank, name, unit) as (

    values
        {units}

),

gpus (rank, instance_type, gpus) as (

    values
        {gpus}

),

ai_models (rank, pattern, family, developer) as (

    values
        {ai_models}

),

ai_meters (rank, pattern, meter, direction, cache_action, unit) as (

    values
        {ai_meters}

),

ai_tiers (rank, pattern, tier) as (

    values
        {ai_tiers}

),

-- What is measured in time or bytes is no model that is paid by what it reads and says.
-- `having`, because a `where` would be pushed into the parsing of every JSON text.
skus as (

    select
        sku_description,
        regexp_replace(lower(sku_description), '[^a-z0-9.]+', ' ', 'g') as words
    from (

        {meters}

    )
    group by sku_description
    having
        bool_or(
            coalesce(lower(usage_unit), '')
            not in ('seconds', 'bytes', 'byte-seconds')
        )

),

modelled as (

    select
        skus.sku_description,
        skus.words,
        arg_min(ai_models, ai_models.rank) as model
    from skus
    inner join ai_models
        on regexp_matches(skus.words, ai_models.pattern)
    group by all

),

tiered as (

    select
        modelled.sku_description,
        modelled.words,
        modelled.model,
        coalesce(arg_min(ai_tiers.tier, ai_tiers.rank), 'standard') as tier
    from modelled
    left join ai_tiers
        on regexp_matches(modelled.words, ai_tiers.pattern)
    group by all

),

ai_skus as (

    select
        tiered.sku_description,
        tiered.tier,
        tiered.model.family as family,
        tiered.model.developer as developer,
        replace(regexp_extract(tiered.words, tiered.model.pattern, 1), ' ', '-')
            as model_id,
        arg_min(ai_meters, ai_meters.rank) as ai_meter
    from tiered
    inner join ai_meters
        on regexp_matches(tiered.words, ai_meters.pattern)
    group by all

),

-- Rows that are neither usage nor tax change an invoice: adjustments and rounding.
typed as (

    select
        exported.*,
        cast(
            coalesce(
                list_sum(
                    list_transform(
                        exported.credits,
                        lambda credit: try_cast(credit.amount as decimal(38, 12))
                    )
                ),
                0
            ) as decimal(38, 12)
        ) as credited,
        case
            when coalesce(lower(exported.cost_type), 'regular') = 'regular' then
                case
                    when regexp_matches(
                        exported.sku_description,
                        '^Commitment (v[0-9]+:|- dollar based)',
                        'i'
                    ) then 'Purchase'
                    else 'Usage'
                end
            when lower(exported.cost_type) = 'tax' then 'Tax'
            else 'Adjustment'
        end as category,
        coalesce(
            exported.adjustment_id,
            exported.adjustment_description,
            exported.adjustment_type,
            exported.adjustment_mode
        ) is not null as is_correction,
        lower(coalesce(exported.transaction_type, ''))
        in ('third_party_reseller', 'third_party_agency', '2', '3') as is_third_party,
        lower(exported.sku_description) as sku,
        regexp_extract(
            exported.resource_global_name, '^//([^/]+)/.*?([^/]+)/[^/]+$', ['host', 'kind']
        ) as resource_kind,
        list_filter(
            exported.system_labels,
            lambda label: label.key = 'compute.googleapis.com/machine_spec'
        )[1].value as machine_type,
        -- The resource's own label wins over a tag, a tag over the project's label.
        list_concat(
            list_transform(
                exported.labels, lambda label: {'key': label.key, 'value': label.value}
            ),
            list_transform(
                exported.tags, lambda tag: {'key': tag.key, 'value': tag.value}
            ),
            list_transform(
                exported.project_labels,
                lambda label: {'key': label.key, 'value': label.value}
            ),
            list_transform(
                exported.system_labels,
                lambda label: {'key': 'goog:' || label.key, 'value': label.value}
            )
        ) as tag_pairs
    from exported

),

matched as (

    select
        typed.*,
        list_transform(typed.tag_pairs, lambda pair: pair.key) as tag_keys,
        typed.category = 'Usage' as is_usage,
        typed.category in ('Usage', 'Purchase') as is_priced,
        ai_skus.model_id,
        ai_skus.family,
        ai_skus.developer,
        ai_skus.tier,
        nullif(ai_skus.ai_meter.meter, '') as ai_name,
        nullif(ai_skus.ai_meter.direction, '') as direction,
        nullif(ai_skus.ai_meter.cache_action, '') as cache_action,
        nullif(ai_skus.ai_meter.unit, '') as ai_unit,
        coalesce(
            ai_skus.ai_meter.unit = 'Tokens'
            and lower(typed.usage_unit) in ('count', 'token', 'tokens'),
            false
        ) as is_tokens,
        services.category as service_category,
        services.subcategory as service_subcategory,
        measured.unit as measured_unit,
        priced.unit as priced_unit,
        gpus.gpus
    from typed
    left join ai_skus
        on typed.sku_description = ai_skus.sku_description and typed.category = 'Usage'
    left join services
        on lower(typed.service_description) = services.service
    left join units as measured
        on lower(typed.usage_unit) = measured.name
    left join units as priced
        on lower(typed.pricing_unit) = priced.name
    left join gpus
        on typed.machine_type = gpus.instance_type

),

counted as (

    select
        *,
        cast(cost + credited as decimal(38, 12)) as net_cost,
        -- Prices of tokens are stated per one, per thousand or per million.
        case
            when is_tokens then coalesce(
                nullif(
                    try_cast(
                        round(usage_amount / nullif(amount_in_pricing_units, 0))
                        as bigint
                    ),
                    0
                ),
                1
            )
        end as tokens_per_unit,
        case
            when not is_priced then null
            when is_tokens then cast(usage_amount * 0.000001 as decimal(38, 12))
            else coalesce(amount_in_pricing_units, usage_amount)
        end as pricing_quantity,
        case
            when is_tokens then '1000000 Tokens'
            when ai_unit = 'Characters' and lower(pricing_unit) = 'count'
                then 'Characters'
            -- Google says 'hour' for the hours of one core, too.
            when priced_unit = 'Hours' and regexp_matches(sku, '\bcore\b')
                then 'vCPU-Hours'
            when amount_in_pricing_units is null
                then coalesce(measured_unit, usage_unit, 'Units')
            else coalesce(priced_unit, pricing_unit, 'Units')
        end as quantity_unit,
        case
            when is_tokens then 'Tokens'
            when lower(usage_unit) = 'count' then coalesce(ai_unit, 'Units')
            else coalesce(measured_unit, usage_unit, 'Units')
        end as consumed_unit,
        case
            when category = 'Tax' then cost + credited
            when category = 'Usage' then coalesce(cost_at_effective_price_default, cost)
            else cost
        end as contracted_cost,
        case
            when category <> 'Usage' then contracted_cost
            else coalesce(cost_at_list, contracted_cost)
        end as list_cost,
        len(
            list_filter(
                credits,
                lambda credit: starts_with(credit.type, 'COMMITTED_USAGE_DISCOUNT')
            )
        ) > 0
        or coalesce(lower(consumption_model) <> 'default', false) as is_committed
    from matched

),

-- A price that does not multiply out to its cost is in another currency, unit or tier.
priced as (

    select
        *,
        case when category <> 'Tax' then sku_id end as sku_key,
        case when category = 'Purchase' then subscription_id end as commitment_id,
        case
            when commitment_id is null then null
            when contains(sku, 'dollar based') then 'Spend'
            else 'Usage'
        end as commitment_category,
        case
            when sku_key is not null then concat_ws(
                '/', sku_key, consumption_model_id, cast(tier_start_amount as double)
            )
        end as sku_price,
        case when is_tokens then 1000000 // tokens_per_unit else 1 end as price_factor,
        case
            when cost_at_effective_price_default is null then effective_price
            else coalesce(effective_price_default, effective_price)
        end * price_factor as stated_contracted_price,
        list_price * price_factor as stated_list_price,
        case
            when
                is_priced
                and stated_contracted_price >= 0
                and abs(
                    cast(stated_contracted_price as double) * pricing_quantity
                    - contracted_cost
                ) <= greatest(0.0000005, abs(contracted_cost) * 0.00005)
                then stated_contracted_price
        end as contracted_price,
        case
            when
                is_priced
                and stated_list_price >= 0
                and abs(
                    cast(stated_list_price as double) * pricing_quantity - list_cost
                ) <= greatest(0.0000005, abs(list_cost) * 0.00005)
                then stated_list_price
        end as list_unit_price
    from counted

)

select
    location_zone as AvailabilityZone,
    net_cost as BilledCost,
    billing_account_id as BillingAccountId,
    currency as BillingCurrency,
    {period_end} as BillingPeriodEnd,
    {period_start} as BillingPeriodStart,
    category as ChargeCategory,
    case when is_correction then 'Correction' end as ChargeClass,
    coalesce(adjustment_description, sku_description, service_description)
        as ChargeDescription,
    case
        when category = 'Usage' then 'Usage-Based'
        when category = 'Purchase' then 'Recurring'
        else 'One-Time'
    end as ChargeFrequency,
    -- Charges of a moment get the hour that usage has.
    case
        when usage_end_time > usage_start_time then usage_end_time
        else usage_start_time + interval 1 hour
    end as ChargePeriodEnd,
    usage_start_time as ChargePeriodStart,
    commitment_category as CommitmentDiscountCategory,
    commitment_id as CommitmentDiscountId,
    case commitment_category
        when 'Spend' then 'Spend-based commitment'
        when 'Usage' then 'Resource-based commitment'
    end as CommitmentDiscountType,
    case when is_usage then usage_amount end as ConsumedQuantity,
    case when ConsumedQuantity is not null then consumed_unit end as ConsumedUnit,
    contracted_cost as ContractedCost,
    contracted_price as ContractedUnitPrice,
    net_cost as EffectiveCost,
    'Google Cloud' as HostProviderName,
    'Google Cloud' as InvoiceIssuerName,
    list_cost as ListCost,
    list_unit_price as ListUnitPrice,
    case
        when not is_priced then null
        when category = 'Purchase' or is_committed then 'Committed'
        when regexp_matches(sku, '\b(spot|preemptible)\b') then 'Dynamic'
        when tier = 'flex' then 'Other'
        else 'Standard'
    end as PricingCategory,
    pricing_quantity as PricingQuantity,
    case when pricing_quantity is not null then quantity_unit end as PricingUnit,
    location_region as RegionId,
    coalesce(resource_global_name, resource_name) as ResourceId,
    case when ResourceId is not null then resource_name end as ResourceName,
    nullif(
        concat_ws(
            '/', nullif(resource_kind.host, ''), nullif(resource_kind.kind, '')
        ),
        ''
    ) as ResourceType,
    case
        when ai_name is not null then 'AI and Machine Learning'
        else coalesce(service_category, 'Other')
    end as ServiceCategory,
    service_description as ServiceName,
    case
        when is_third_party then coalesce(seller_name, 'Google Cloud')
        else 'Google Cloud'
    end as ServiceProviderName,
    case
        when ai_name is not null then 'Generative AI'
        else coalesce(service_subcategory, 'Other (Other)')
    end as ServiceSubcategory,
    sku_key as SkuId,
    case
        when sku_key is null then null
        when ai_name is not null then ai_name
        else regexp_replace(sku_description, ' running in .*$', '')
    end as SkuMeter,
    case
        when sku_price is null then null
        when ai_name is not null
            then to_json(
                map_from_entries(
                    list_filter(
                        [
                            {'k': 'x_ModelDeveloper', 'v': developer},
                            {'k': 'x_ModelFamily', 'v': family},
                            {'k': 'x_ModelId', 'v': model_id},
                            {
                                'k': 'x_TokenCacheAction',
                                'v': case when is_tokens then cache_action end
                            },
                            {
                                'k': 'x_TokenDirection',
                                'v': case when is_tokens then direction end
                            }
                        ],
                        lambda detail: detail.v is not null
                    )
                )
            )
        when machine_type is not null and is_usage
            then '{"InstanceType":' || to_json(machine_type)
            || coalesce(',"GpuCount":' || gpus, '') || '}'
    end as SkuPriceDetails,
    sku_price as SkuPriceId,
    project_id as SubAccountId,
    case when project_id is not null then project_name end as SubAccountName,
    case when project_id is not null then 'Project' end as SubAccountType,
    case
        when len(tag_pairs) > 0
            then to_json(
                map_from_entries(
                    list_filter(
                        tag_pairs,
                        lambda pair, place: list_position(tag_keys, pair.key) = place
                    )
                )
            )
    end as Tags,
    delivery_id as x_DeliveryId,
    cost_type as x_LineItemType,
    case when is_usage then tier end as x_ProcessingTier,
    raw_tags as x_RawTags,
    net_cost as x_SourceCost,
    'gcp' as x_SourceName,
    row_number as x_SourceRowNumber,
    1 as x_SourceRowPart,
    sku_description as x_UsageType,
    consumption_model as x_ConsumptionModel,
    case when len(credits) > 0 then to_json(credits) end as x_Credits
from priced
