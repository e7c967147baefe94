-- What is AI by itself (an API model, a GPU) in each account and project, of all usage. A
-- coding tool makes neither AI's: what its developers work on is any software.
with

charges as (

    select * from {{ ref('int_charges_enriched') }}

),

evidence as (

    select * from {{ ref('int_ai_cost_evidence') }}

),

judged as (

    select
        charges.source_name,
        charges.sub_account_id,
        charges.label_project,
        charges.charge_category = 'Usage' and charges.effective_cost > 0
            as is_paid_usage,
        coalesce(evidence.is_ai_itself, false)
        and evidence.ai_cost_class != 'coding_tools' as is_ai_itself,
        charges.effective_cost,
        charges.billing_period_start
    from charges
    left join evidence using (signature, billing_period_start)

)

select
    source_name,
    sub_account_id,
    label_project,
    bool_or(is_ai_itself) as has_ai,
    sum(effective_cost) filter (where is_paid_usage) as usage_cost,
    sum(effective_cost) filter (where is_paid_usage and is_ai_itself) as ai_usage_cost,
    billing_period_start
from judged
group by all
