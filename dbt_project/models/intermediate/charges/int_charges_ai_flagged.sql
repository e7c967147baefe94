-- Charges with what makes them AI, and the class and reason of the first rule that fits.
-- A charge is AI by itself (an API model, a GPU), or because it belongs to AI: to the
-- machine, the project or, where it names no project, the account of what is AI by itself.
-- Tax, discounts, refunds, and what commitments cost unused, measure nothing themselves.
with

charges as (

    select * from {{ ref('int_charges_enriched') }}

),

evidence as (

    select * from {{ ref('int_ai_cost_evidence') }}

),

scopes as (

    select * from {{ ref('int_ai_scopes') }}

),

judged as (

    select
        charges.* exclude (signature),
        evidence.ai_cost_class as rule_class,
        evidence.classification_reason as rule_reason,
        case
            when evidence.is_ai_itself then 'itself'
            when charges.is_of_gpu_machine then 'GPU machine'
            when scopes.is_ai_project then 'project'
            when charges.label_project is null and scopes.is_ai_account then 'account'
            when charges.service_category = 'AI and Machine Learning' then 'service'
        end as ai_evidence
    from charges
    left join evidence using (signature, billing_period_start)
    left join scopes
        on
            charges.source_name = scopes.source_name
            and charges.billing_period_start = scopes.billing_period_start
            and charges.sub_account_id is not distinct from scopes.sub_account_id
            and charges.label_project is not distinct from scopes.label_project

),

flagged as (

    select
        *,
        case
            when ai_evidence is null then 'not_ai'
            else coalesce(rule_class, 'other_ai')
        end as own_class,
        coalesce(ai_evidence != 'itself', true)
        and (
            charge_category != 'Usage'
            or coalesce(charge_class = 'Correction', false)
            or coalesce(commitment_discount_status = 'Unused', false)
            or (
                coalesce(pricing_quantity, 0) = 0
                and (
                    least(billed_cost, effective_cost) < 0
                    or (resource_id is null and commitment_discount_id is not null)
                )
            )
            or (meter = '' and resource_id is null)
        ) as measures_nothing
    from judged

)

select * from flagged
