-- Charges of API models by caller. What no caller accounts for is taken by
-- subtraction, so the parts sum to the charge; the bill's own labels name it, else it is
-- `unassigned`. The account is the caller's, as the calls are counted by it.
with

charges as (

    select * from {{ ref('int_api_charges_counted') }}

),

callers as (

    select * from {{ ref('int_caller_usage') }}

),

shares as (

    select * from {{ ref('int_api_charge_shares') }}

),

called as (

    select
        shares.charge_number,
        coalesce(callers.sub_account_id, 'unassigned') as sub_account_id,
        shares.attribution_method,
        callers.counted_tier as processing_tier,
        callers.credential_id,
        callers.project_name,
        callers.workload_name,
        callers.feature_name,
        callers.tenant_id,
        callers.environment_name,
        callers.prompt_name,
        callers.prompt_version,
        {{ money('cast(charges.billed_cost as double) * shares.charge_share') }}
            as billed_cost,
        {{ money('cast(charges.effective_cost as double) * shares.charge_share') }}
            as effective_cost
    from shares
    inner join charges on shares.charge_number = charges.charge_number
    inner join callers on shares.usage_id = callers.usage_id

),

taken as (

    select
        charge_number,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost
    from called
    group by all

),

rest as (

    select
        charges.charge_number,
        charges.sub_account_id,
        case
            when
                coalesce(
                    charges.label_project,
                    charges.label_feature,
                    charges.label_tenant,
                    charges.label_environment
                ) is not null
                then 'label'
            else 'none'
        end as attribution_method,
        charges.counted_tier as processing_tier,
        charges.credential_id,
        charges.label_project as project_name,
        cast(null as varchar) as workload_name,
        charges.label_feature as feature_name,
        charges.label_tenant as tenant_id,
        charges.label_environment as environment_name,
        cast(null as varchar) as prompt_name,
        cast(null as varchar) as prompt_version,
        charges.billed_cost - coalesce(taken.billed_cost, 0) as billed_cost,
        charges.effective_cost - coalesce(taken.effective_cost, 0) as effective_cost
    from charges
    left join taken on charges.charge_number = taken.charge_number
    -- A charge of 0 that no caller met still says that its calls cost nothing.
    where
        taken.charge_number is null
        or charges.billed_cost != taken.billed_cost
        or charges.effective_cost != taken.effective_cost

),

parts as (

    select * from called
    union all by name
    select * from rest

)

select
    charges.* exclude (
        charge_number, sub_account_id, processing_tier, credential_id, billed_cost,
        effective_cost, label_project, label_feature, label_tenant, label_environment,
        usage_meter, quantity, counted_tier
    ),
    parts.* exclude (charge_number)
from parts
inner join charges on parts.charge_number = charges.charge_number
