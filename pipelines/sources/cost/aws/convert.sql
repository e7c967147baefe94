-- One delivery of a Cost and Usage Report as FOCUS 1.4 rows.
--
-- {cur} is the report with its columns typed (reading.py), {services} the list in
-- services.csv; {product_name}, {gpu}, {vcpu} and {memory} look into CUR 2.0's product map,
-- which is expensive, and so stand only where the plain column is empty.
-- Everything that a line item type means is in the table line_item_types below.

with

cur as (

    {cur}

),

services (code, service_name, service_category, service_subcategory) as (

    values
        {services}

),

-- rule says where the row's money goes:
--   charged      the amount is what the usage costs
--   plan         paid by a savings plan: the amount is what it would have cost
--   reserved     paid by a reservation: the amount is 0
--   cancelled    the negative twin of a plan row
--   commitment   buys a plan or reservation; its cost is effective where it is used
--   unused       the part of such a fee that nothing used (only part 2)
--   fee          buys a reservation when it names one, else anything
--   refund       gives back any of these
--   discount     lowers the bill, not the list price
-- A type that is not listed is an adjustment of its amount.
line_item_types (line_item_type, part, category, frequency, rule, is_measured) as (

    values
        ('Usage', 1, 'Usage', 'Usage-Based', 'charged', true),
        ('DiscountedUsage', 1, 'Usage', 'Usage-Based', 'reserved', true),
        ('SavingsPlanCoveredUsage', 1, 'Usage', 'Usage-Based', 'plan', true),
        ('SavingsPlanNegation', 1, 'Adjustment', 'Usage-Based', 'cancelled', false),
        ('RIFee', 1, 'Purchase', 'Recurring', 'commitment', false),
        ('RIFee', 2, 'Usage', 'Usage-Based', 'unused', false),
        ('SavingsPlanRecurringFee', 1, 'Purchase', 'Recurring', 'commitment', false),
        ('SavingsPlanRecurringFee', 2, 'Usage', 'Usage-Based', 'unused', false),
        ('SavingsPlanUpfrontFee', 1, 'Purchase', 'One-Time', 'commitment', false),
        ('Fee', 1, 'Purchase', 'One-Time', 'fee', false),
        ('FlatRateSubscription', 1, 'Purchase', 'Recurring', 'charged', false),
        ('Refund', 1, 'Usage', 'One-Time', 'refund', false),
        ('Credit', 1, 'Credit', 'One-Time', 'charged', false),
        ('Tax', 1, 'Tax', 'One-Time', 'charged', false),
        ('BundledDiscount', 1, 'Usage', 'Usage-Based', 'discount', false),
        ('Discount', 1, 'Usage', 'Usage-Based', 'discount', false),
        ('EdpDiscount', 1, 'Usage', 'Usage-Based', 'discount', false),
        ('PrivateRateDiscount', 1, 'Usage', 'Usage-Based', 'discount', false),
        ('RiVolumeDiscount', 1, 'Usage', 'Usage-Based', 'discount', false),
        ('SppDiscount', 1, 'Usage', 'Usage-Based', 'discount', false)

),

with_unused as (

    select
        *,
        case line_item_line_item_type
            when 'RIFee' then
                coalesce(reservation_unused_recurring_fee, 0)
                + coalesce(
                    reservation_unused_amortized_upfront_fee_for_billing_period, 0
                )
            when 'SavingsPlanRecurringFee' then
                savings_plan_total_commitment_to_date - savings_plan_used_commitment
        end as unused_cost
    from cur

),

-- A fee whose commitment was not all used becomes two rows here.
parted as (

    select
        report.*,
        coalesce(line_item_types.part, 1) as part,
        coalesce(line_item_types.category, 'Adjustment') as type_category,
        coalesce(line_item_types.frequency, 'One-Time') as frequency,
        -- A pod's share repeats what its node's own row says.
        case
            when report.line_item_operation in ('EKSPod-EC2', 'ECSTask-EC2')
                then 'split'
            else coalesce(line_item_types.rule, 'charged')
        end as rule,
        coalesce(line_item_types.is_measured, false) as is_measured,
        services.service_name,
        services.service_category,
        services.service_subcategory,
        coalesce(
            report.savings_plan_savings_plan_a_r_n,
            report.reservation_reservation_a_r_n
        ) as commitment_id
    from (
        select
            *,
            case when unused_cost > 0 then 2 else 1 end as parts
        from with_unused
    ) as report
    left join line_item_types
        on
            report.line_item_line_item_type = line_item_types.line_item_type
            and report.parts >= line_item_types.part
    left join services
        on report.line_item_product_code = services.code

),

classified as (

    select
        *,
        case
            when rule <> 'refund' then type_category
            when line_item_tax_type is not null then 'Tax'
            when
                commitment_id is not null
                or line_item_product_code like '%SavingsPlans'
                then 'Purchase'
            else 'Usage'
        end as category,
        coalesce(bill_billing_entity = 'AWS Marketplace', false) as is_marketplace,
        case
            when service_name is not null then service_name
            else coalesce(
                product_product_name,
                {product_name},
                product_servicename,
                product_servicecode,
                line_item_product_code,
                'Unknown'
            )
        end as billed_service_name,
        case
            when not is_measured then null
            when product_instance_type is not null then product_instance_type
            when line_item_usage_type is null then null
            when contains(line_item_usage_type, 'SpotUsage:')
                then split_part(line_item_usage_type, ':', 2)
            when contains(line_item_usage_type, ':ml.')
                then split_part(line_item_usage_type, ':', 2)
            -- 'c5.large Linux/UNIX Spot Instance-hour in US East (N. Virginia)'
            when
                contains(line_item_usage_type, 'SpotUsage')
                and contains(split_part(line_item_line_item_description, ' ', 1), '.')
                then split_part(line_item_line_item_description, ' ', 1)
        end as instance_type
    from parted

),

-- The usage type of the rows that count work of AI models, NULL for all others: the
-- long lists below then cost nothing on the rest of the bill.
ai_rows as (

    select
        *,
        case
            when is_measured and (
                (is_marketplace and contains(billed_service_name, 'Bedrock'))
                or starts_with(line_item_product_code, 'AmazonBedrock')
            ) then lower(line_item_usage_type)
        end as bedrock_usage,
        case
            when is_measured and line_item_product_code = 'AmazonSageMaker'
                then lower(line_item_usage_type)
        end as sagemaker_usage
    from classified

),

-- First hit wins. Only names that end in 'Tokens' are measured in tokens.
metered as (

    select
        *,
        case
            when bedrock_usage is null and sagemaker_usage is null then null
            when sagemaker_usage is not null then
                case
                    when contains(sagemaker_usage, 'rstudio') then 'RStudio'
                    when contains(sagemaker_usage, 'studio') then 'Studio'
                    when contains(sagemaker_usage, 'notebk') then 'Notebook'
                    when contains(sagemaker_usage, 'labeled') then 'Labeling'
                    when contains(sagemaker_usage, 'data-bytes') then 'Endpoint Data'
                    when contains(sagemaker_usage, 'host') then 'Endpoint'
                    when contains(sagemaker_usage, 'canvas') then 'Canvas'
                    when contains(sagemaker_usage, 'processing') then 'Processing'
                    when contains(sagemaker_usage, 'trainwarmpool')
                        then 'Training Warm Pool'
                    when contains(sagemaker_usage, 'train') then 'Training'
                    when contains(sagemaker_usage, 'trspt')
                        then 'Managed Spot Training'
                    when contains(sagemaker_usage, 'tsform') then 'Batch Transform'
                    when contains(sagemaker_usage, 'asyncinf')
                        then 'Asynchronous Inference'
                    when contains(sagemaker_usage, 'cluster') then 'HyperPod Cluster'
                    when contains(sagemaker_usage, 'autopilot') then 'Autopilot'
                    when contains(sagemaker_usage, 'partnerapp') then 'Partner App'
                    when contains(sagemaker_usage, 'mlflow') then 'MLflow'
                    when contains(sagemaker_usage, 'volumeusage') then 'Volume'
                    when contains(sagemaker_usage, 'storageiousage')
                        then 'Storage IO'
                end
            when contains(bedrock_usage, 'modelunits')
                then 'Provisioned Model Units'
            when contains(bedrock_usage, 'custommodelimport-storage')
                then 'Imported Model Storage'
            when contains(bedrock_usage, 'custommodelimport-inference')
                then 'Imported Model Inference'
            when contains(bedrock_usage, 'customization-storage')
                then 'Custom Model Storage'
            when contains(bedrock_usage, 'customization_storage')
                then 'Custom Model Storage'
            when contains(bedrock_usage, 'customization-training')
                then 'Fine-Tuning Tokens'
            when contains(bedrock_usage, 'customization_training')
                then 'Fine-Tuning Tokens'
            when contains(bedrock_usage, 'rft-training') then 'Fine-Tuning Tokens'
            -- Reserved capacity is paid whether or not a token flows.
            when contains(bedrock_usage, 'reserved') and contains(bedrock_usage, 'input')
                then 'Reserved Input Capacity'
            when
                contains(bedrock_usage, 'reserved')
                and contains(bedrock_usage, 'output')
                then 'Reserved Output Capacity'
            when contains(bedrock_usage, 'guardrail') then 'Guardrails'
            when contains(bedrock_usage, 'evaluations') then 'Evaluations'
            when contains(bedrock_usage, 'invokeflow') then 'Flows'
            when contains(bedrock_usage, 'bedrockflows') then 'Flows'
            when contains(bedrock_usage, 'optimizeprompt') then 'Prompt Optimization'
            when contains(bedrock_usage, 'prompt-routing') then 'Prompt Routing'
            when contains(bedrock_usage, 'nova-grounding') then 'Web Grounding'
            when contains(bedrock_usage, 'generatesql')
                then 'Structured Data Retrieval'
            when contains(bedrock_usage, 'structuredretrieve')
                then 'Structured Data Retrieval'
            when contains(bedrock_usage, 'search_units') then 'Rerank'
            when contains(bedrock_usage, 'searchunits') then 'Rerank'
            when contains(bedrock_usage, 'dataautomation') then 'Data Automation'
            when contains(bedrock_usage, 'novareel') then 'Videos'
            when contains(bedrock_usage, 'i2v') then 'Videos'
            when contains(bedrock_usage, 't2v') then 'Videos'
            when contains(bedrock_usage, 'novacanvas') then 'Images'
            when contains(bedrock_usage, 'imagegenerator') then 'Images'
            when contains(bedrock_usage, 'created_image') then 'Images'
            when contains(bedrock_usage, 'sonic') and contains(bedrock_usage, 'output')
                then 'Speech Output Tokens'
            when contains(bedrock_usage, 'sonic') then 'Speech Input Tokens'
            when contains(bedrock_usage, 'embed') and contains(bedrock_usage, 'image')
                then 'Embedded Images'
            when contains(bedrock_usage, 'embed') then 'Input Tokens'
            when
                contains(bedrock_usage, 'vcpu')
                or contains(bedrock_usage, 'memory')
                or contains(bedrock_usage, 'gateway')
                then 'AgentCore'
            when
                contains(bedrock_usage, 'cacheread')
                or contains(bedrock_usage, 'cache-read')
                or contains(bedrock_usage, 'cache_read')
                then 'Cache Read Input Tokens'
            when regexp_matches(bedrock_usage, 'cache[-_]?write.*1[-_]?h')
                then 'Cache Write 1h Input Tokens'
            when regexp_matches(bedrock_usage, 'cache[-_]?write')
                then 'Cache Write Input Tokens'
            when contains(bedrock_usage, 'input') then 'Input Tokens'
            when contains(bedrock_usage, 'output') then 'Output Tokens'
        end as meter,
        case
            when bedrock_usage is null then null
            when contains(bedrock_usage, 'provisionedthroughput') then 'provisioned'
            when contains(bedrock_usage, 'modelunits') then 'provisioned'
            when contains(bedrock_usage, 'reserved') then 'reserved'
            when contains(bedrock_usage, 'batch') then 'batch'
            when contains(bedrock_usage, '-flex') then 'flex'
            when contains(bedrock_usage, '_flex') then 'flex'
            when contains(bedrock_usage, '-priority') then 'priority'
            when contains(bedrock_usage, '_priority') then 'priority'
            when contains(bedrock_usage, 'latency-optimized') then 'latency_optimized'
            when contains(bedrock_usage, 'latency_optimized') then 'latency_optimized'
            else 'standard'
        end as tier
    from ai_rows

),

counted as (

    select
        *,
        case
            when meter is null or not ends_with(meter, 'Tokens') then null
            when lower(pricing_unit) in ('token', 'tokens') then 1
            when contains(lower(pricing_unit), '1m') then 1000000
            when contains(lower(line_item_line_item_description), 'million')
                then 1000000
            when lower(pricing_unit) <> 'units' then 1000
            -- 'AWS Marketplace software usage|us-east-1|Million Input Tokens'
            when contains(lower(line_item_line_item_description), '|thousand')
                then 1000
            when contains(lower(line_item_line_item_description), '|1k') then 1000
            else 1000000
        end as tokens_per_unit,
        case
            when bedrock_usage is null then null
            when is_marketplace
                then trim(
                    replace(billed_service_name, '(Amazon Bedrock Edition)', '')
                )
            when starts_with(line_item_operation, 'InvokeModel')
                then split_part(line_item_usage_type, '-', 2)
        end as model
    from metered

),

-- The costs of a row, before FOCUS moves any of them.
priced as (

    select
        *,
        lower(model) as model_key,
        -- 'Claude Sonnet 4.5' and 'Nova2.0Lite': a family with a version in it.
        case
            when model is null then null
            when translate(model, '0123456789', '') = model
                then {'before': model, 'version': '', 'after': ''}
            else regexp_extract(
                model,
                '^([^0-9]*?) *([0-9]+(?:[.][0-9]+)*) *(.*)$',
                ['before', 'version', 'after']
            )
        end as model_parts,
        line_item_unblended_cost as cost,
        nullif(pricing_public_on_demand_cost, 0) as public_cost,
        case
            when rule = 'plan' then savings_plan_savings_plan_effective_cost
            when rule = 'reserved' then coalesce(
                reservation_effective_cost,
                reservation_amortized_upfront_cost_for_usage
                + reservation_recurring_fee_for_usage
            )
            when rule in ('cancelled', 'commitment', 'split') then 0
            when rule = 'unused' then unused_cost
            when rule = 'fee' and reservation_reservation_a_r_n is not null then 0
            -- A one-time plan payment was never effective, so neither is its refund.
            when
                rule = 'refund'
                and line_item_product_code like '%SavingsPlans'
                and not contains(coalesce(line_item_usage_type, ''), 'NoUpfront')
                then 0
            else line_item_unblended_cost
        end as effective_cost,
        case
            when rule in ('unused', 'cancelled', 'split') then 0
            when rule = 'reserved'
                then coalesce(nullif(pricing_public_on_demand_cost, 0), effective_cost)
            else line_item_unblended_cost
        end as contracted_cost
    from counted

),

measured as (

    select
        *,
        case
            when rule = 'unused' then reservation_unused_quantity
            when rule = 'split'
                then coalesce(split_line_item_split_usage, line_item_usage_amount)
            when tokens_per_unit is not null
                then cast(
                    round(line_item_usage_amount * tokens_per_unit, 0)
                    as decimal(38, 12)
                )
            when is_measured or category = 'Purchase' and rule <> 'refund'
                then line_item_usage_amount
        end as quantity,
        case
            when tokens_per_unit is not null then 'Tokens'
            when pricing_unit is null then
                -- What AWS counts where it does not say so.
                case
                    when line_item_usage_type is null then 'Units'
                    when contains(line_item_usage_type, 'Usage:') then 'Hours'
                    when contains(line_item_usage_type, 'vCPU-Hours') then 'vCPU-Hours'
                    when contains(line_item_usage_type, 'GB-Hours') then 'GB-Hours'
                    when contains(line_item_usage_type, 'Accelerator-Hours')
                        then 'Accelerator-Hours'
                    when ends_with(line_item_usage_type, 'ByteHrs') then 'GB-Months'
                    when contains(line_item_usage_type, 'EBS:VolumeUsage')
                        then 'GB-Months'
                    when ends_with(line_item_usage_type, 'Bytes') then 'GB'
                    when contains(line_item_usage_type, 'Requests') then 'Requests'
                    else 'Units'
                end
            when pricing_unit = 'Hrs' then 'Hours'
            when pricing_unit in ('Hr', 'Hour', 'hours', 'hour', 'hrs') then 'Hours'
            when pricing_unit in ('GB-Mo', 'GB-month', 'GB-Month') then 'GB-Months'
            when pricing_unit = 'Request' then 'Requests'
            else pricing_unit
        end as unit
    from priced

)

select
    case when rule = 'split' then line_item_resource_id end as AllocatedResourceId,
    case when rule = 'split' then 'AWS split cost allocation' end as AllocatedMethodId,
    case
        when rule = 'split' and split_line_item_split_usage_ratio is not null
            then '{"Elements":[{"AllocatedRatio":' || split_line_item_split_usage_ratio
            || ',"UsageUnit":"' || unit || '","UsageQuantity":' || quantity || '}]}'
    end as AllocatedMethodDetails,
    case when rule = 'split' then tags end as AllocatedTags,
    line_item_availability_zone as AvailabilityZone,
    case when rule in ('plan', 'cancelled', 'unused') then 0 else cost end
        as BilledCost,
    bill_payer_account_id as BillingAccountId,
    bill_payer_account_name as BillingAccountName,
    line_item_currency_code as BillingCurrency,
    bill_billing_period_end_date as BillingPeriodEnd,
    bill_billing_period_start_date as BillingPeriodStart,
    case
        when capacity_reservation_capacity_reservation_status in ('Used', 'Unused')
            then capacity_reservation_capacity_reservation_arn
    end as CapacityReservationId,
    case
        when
            capacity_reservation_capacity_reservation_status in ('Used', 'Unused')
            and capacity_reservation_capacity_reservation_arn is not null
            then capacity_reservation_capacity_reservation_status
    end as CapacityReservationStatus,
    category as ChargeCategory,
    case when rule = 'refund' then 'Correction' end as ChargeClass,
    line_item_line_item_description as ChargeDescription,
    frequency as ChargeFrequency,
    -- A month's fee ends at 23:59:59 in the report; FOCUS ends at the next midnight.
    case
        when epoch_us(line_item_usage_end_date) % 60000000 = 59000000
            then line_item_usage_end_date + interval 1 second
        when line_item_usage_end_date = line_item_usage_start_date
            then line_item_usage_end_date + interval 1 second
        else line_item_usage_end_date
    end as ChargePeriodEnd,
    line_item_usage_start_date as ChargePeriodStart,
    case
        when commitment_id is null then null
        when savings_plan_savings_plan_a_r_n is not null then 'Spend'
        else 'Usage'
    end as CommitmentDiscountCategory,
    commitment_id as CommitmentDiscountId,
    case
        when commitment_id is null then null
        when rule = 'unused' and savings_plan_savings_plan_a_r_n is not null
            then unused_cost
        when rule = 'unused' then reservation_unused_quantity
        when rule = 'plan' then effective_cost
        when rule = 'reserved' then line_item_usage_amount
        when rule not in ('commitment', 'fee') then null
        when savings_plan_savings_plan_a_r_n is not null
            then coalesce(savings_plan_total_commitment_to_date, cost)
        else reservation_total_reserved_units
    end as CommitmentDiscountQuantity,
    case
        when commitment_id is null or category <> 'Usage' then null
        when rule = 'unused' then 'Unused'
        else 'Used'
    end as CommitmentDiscountStatus,
    case
        when commitment_id is null then null
        when savings_plan_savings_plan_a_r_n is not null then 'Savings Plan'
        else 'Reserved'
    end as CommitmentDiscountType,
    case
        when CommitmentDiscountQuantity is null then null
        when savings_plan_savings_plan_a_r_n is not null then line_item_currency_code
        else unit
    end as CommitmentDiscountUnit,
    case when is_measured then quantity end as ConsumedQuantity,
    case when is_measured and quantity is not null then unit end as ConsumedUnit,
    contracted_cost as ContractedCost,
    case
        when quantity is null or rule in ('unused', 'split') then null
        when rule = 'reserved' then pricing_public_on_demand_rate
        when tokens_per_unit is not null
            then line_item_unblended_rate * (1000000 // tokens_per_unit)
        else line_item_unblended_rate
    end as ContractedUnitPrice,
    case
        when effective_cost is not null then effective_cost
        else error(
            'row ' || row_number || ' of the delivery: a ' || line_item_line_item_type
            || ' row without the effective cost of its commitment; expected the '
            || 'columns savings_plan_* and reservation_*: let the report include them'
        )
    end as EffectiveCost,
    case
        when is_marketplace and bedrock_usage is null
            then coalesce(line_item_legal_entity, 'AWS')
        else 'AWS'
    end as HostProviderName,
    bill_invoice_id as InvoiceId,
    coalesce(bill_invoicing_entity, 'Amazon Web Services') as InvoiceIssuerName,
    case
        when rule = 'discount' then 0
        when is_measured and rule <> 'split'
            then coalesce(public_cost, contracted_cost)
        else contracted_cost
    end as ListCost,
    case
        when not is_measured or rule = 'split' then null
        when tokens_per_unit is not null
            then pricing_public_on_demand_rate * (1000000 // tokens_per_unit)
        else pricing_public_on_demand_rate
    end as ListUnitPrice,
    case
        when category = 'Tax' then null
        when rule in ('plan', 'reserved', 'unused') then 'Committed'
        when contains(line_item_usage_type, 'Spot') then 'Dynamic'
        when contains(line_item_usage_type, 'TrSpt') then 'Dynamic'
        else 'Standard'
    end as PricingCategory,
    case
        when tokens_per_unit is not null
            then cast(quantity * 0.000001 as decimal(38, 12))
        else quantity
    end as PricingQuantity,
    case
        when quantity is null then null
        when tokens_per_unit is not null then '1000000 Tokens'
        else unit
    end as PricingUnit,
    coalesce(product_region_code, product_region) as RegionId,
    case
        when product_region_code is not null or product_region is not null
            then coalesce(product_location, product_region_code, product_region)
    end as RegionName,
    case
        when rule = 'split'
            then coalesce(split_line_item_parent_resource_id, line_item_resource_id)
        else line_item_resource_id
    end as ResourceId,
    case when line_item_resource_id is not null then product_product_family end
        as ResourceType,
    case
        when service_category is not null then service_category
        when is_marketplace and contains(billed_service_name, 'Bedrock')
            then 'AI and Machine Learning'
        else 'Other'
    end as ServiceCategory,
    billed_service_name as ServiceName,
    -- FOCUS names the seller. A model that AWS serves as a 'Bedrock Edition' is sold
    -- and run by AWS; any other Marketplace row by its seller of record.
    case
        when is_marketplace and not contains(billed_service_name, 'Bedrock')
            then coalesce(line_item_legal_entity, 'AWS')
        else 'AWS'
    end as ServiceProviderName,
    case
        when service_subcategory is not null then service_subcategory
        when is_marketplace and contains(billed_service_name, 'Bedrock')
            then 'Generative AI'
        else 'Other (Other)'
    end as ServiceSubcategory,
    case when category <> 'Tax' then product_sku end as SkuId,
    meter as SkuMeter,
    case
        when tokens_per_unit is not null then nullif('{' || concat_ws(
            ',',
            '"x_ModelDeveloper":"' || case
                when contains(model_key, 'claude') then 'Anthropic'
                when contains(model_key, 'nova') then 'Amazon'
                when contains(model_key, 'titan') then 'Amazon'
                when contains(model_key, 'llama') then 'Meta'
                when contains(model_key, 'mistral') then 'Mistral AI'
                when contains(model_key, 'mixtral') then 'Mistral AI'
                when contains(model_key, 'ministral') then 'Mistral AI'
                when contains(model_key, 'magistral') then 'Mistral AI'
                when contains(model_key, 'pixtral') then 'Mistral AI'
                when contains(model_key, 'command') then 'Cohere'
                when contains(model_key, 'cohere') then 'Cohere'
                when contains(model_key, 'jamba') then 'AI21 Labs'
                when contains(model_key, 'jurassic') then 'AI21 Labs'
                when contains(model_key, 'deepseek') then 'DeepSeek'
                when contains(model_key, 'gpt-oss') then 'OpenAI'
                when contains(model_key, 'qwen') then 'Alibaba Cloud'
                when contains(model_key, 'palmyra') then 'Writer'
            end || '"',
            '"x_ModelFamily":' || to_json(
                nullif(trim(model_parts.before || ' ' || model_parts.after), '')
            ),
            '"x_ModelId":' || to_json(model),
            '"x_ModelVersion":"'
            || nullif(model_parts.version, '') || '"',
            case
                when ends_with(meter, 'Output Tokens') then '"x_TokenDirection":"Output"'
                when ends_with(meter, 'Input Tokens') then '"x_TokenDirection":"Input"'
            end,
            case
                when contains(meter, 'Cache Read') then '"x_TokenCacheAction":"Read"'
                when contains(meter, 'Cache Write') then '"x_TokenCacheAction":"Write"'
                when ends_with(meter, 'Input Tokens')
                    then '"x_TokenCacheAction":"Uncached"'
            end
        ) || '}', '{}')
        when instance_type is not null
            then '{"InstanceType":"' || instance_type || '"' || coalesce(
                ',"GpuCount":' || try_cast(coalesce(product_gpu, {gpu}) as integer), ''
            ) || coalesce(
                ',"CoreCount":' || try_cast(coalesce(product_vcpu, {vcpu}) as integer), ''
            ) || coalesce(
                -- '1,152 GiB' or '7.5 GiB'
                ',"MemorySize":' || nullif(replace(regexp_extract(
                    coalesce(product_memory, {memory}), '^([0-9,.]*[0-9]) GiB', 1
                ), ',', ''), ''), ''
            ) || '}'
    end as SkuPriceDetails,
    case
        when product_sku is not null then coalesce(pricing_rate_code, pricing_rate_id)
    end as SkuPriceId,
    line_item_usage_account_id as SubAccountId,
    line_item_usage_account_name as SubAccountName,
    case when rule <> 'split' then tags end as Tags,
    -- A term ends at 23:59:59 in the report; ours ends at the next midnight.
    case when commitment_id is not null then date_trunc(
        'minute',
        coalesce(savings_plan_end_time, reservation_end_time) + interval 1 second
    ) end as x_CommitmentEnd,
    case
        when commitment_id is not null
            then coalesce(savings_plan_start_time, reservation_start_time)
    end as x_CommitmentStart,
    line_item_iam_principal as x_CredentialId,
    line_item_line_item_type as x_LineItemType,
    line_item_operation as x_Operation,
    tier as x_ProcessingTier,
    raw_tags as x_RawTags,
    case when part = 1 then cost else 0 end as x_SourceCost,
    row_number as x_SourceRowNumber,
    part as x_SourceRowPart,
    line_item_usage_type as x_UsageType,
    case when rule = 'split' then split_line_item_split_cost end as x_SplitCost,
    case when rule = 'split' then split_line_item_unused_cost end as x_SplitUnusedCost,
    {delivery_id} as x_DeliveryId,
    'aws' as x_SourceName
from measured
