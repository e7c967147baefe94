-- Charges by what an AI bill consists of. What measures nothing itself (tax, discounts,
-- refunds, unused commitments) is as most of what it belongs to.
with

charges as (

    select * from {{ ref('int_charges_ai_flagged') }}

),

usual as (

    select * from {{ ref('int_ai_classes_of_most_usage') }}

),

classified as (

    select
        charges.* exclude (rule_class, rule_reason, own_class, measures_nothing),
        coalesce(usual.usual_class, charges.own_class) as ai_cost_class,
        case
            when usual.usual_class is not null
                then 'as most usage of ' || usual.most_usage_of
            when charges.ai_evidence is null then 'nothing says that it is of AI'
            else coalesce(charges.rule_reason, 'no rule names it')
        end as classification_reason,
        charges.ai_evidence is null
        or charges.rule_class is not null
        or charges.measures_nothing as is_classified
    from charges
    left join usual
        on
            charges.measures_nothing
            and charges.source_name = usual.source_name
            and charges.billing_period_start = usual.billing_period_start
            and charges.service_name is not distinct from usual.service_name
            and charges.service_category is not distinct from usual.service_category
            and charges.resource_id is not distinct from usual.resource_id
            and charges.commitment_discount_id
            is not distinct from usual.commitment_discount_id

)

select * from classified
