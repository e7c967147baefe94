-- What is stored too warmly, committed to and not used, or owned by nobody. The scope of a
-- finding is the resource, the commitment or the service of the account.
with

-- Parts of one resource share its scope; its cost is the sum of all its parts.
storage as (

    select
        *,
        'colder_tier' as opportunity_type,
        resource_id as scope_value,
        concat_ws(' ', prefix, storage_tier, target_tier) as detail,
        monthly_saving as gross_saving,
        sum(effective_cost) over (
            partition by
                source_name, sub_account_id, resource_id, billing_currency,
                billing_period_start
        ) as scope_cost
    from {{ ref('fct_storage_tiers') }}

),

commitments as (

    select
        *,
        'use_commitment' as opportunity_type,
        commitment_id as scope_value,
        commitment_type as detail,
        unused_cost as gross_saving,
        effective_cost as scope_cost
    from {{ ref('fct_commitments_monthly') }}

),

-- A risk, and no saving: how much, nobody can say before somebody owns it.
unowned as (

    select
        source_name,
        service_provider_name,
        sub_account_id,
        billing_currency,
        billing_period_start,
        'name_an_owner' as opportunity_type,
        service_name as scope_value,
        0 as gross_saving,
        sum(effective_cost) as scope_cost
    from {{ ref('fct_showback_daily') }}
    where allocation_step = 'unassigned'
    group by all

),

findings as (

    {% for finding in ['storage', 'commitments', 'unowned'] %}
    select * from {{ finding }}
    {% if not loop.last %}union all by name{% endif %}
    {% endfor %}

)

select * from findings
-- Where nothing can be saved there is no finding; credits without an owner are no risk.
where gross_saving > 0 or (opportunity_type = 'name_an_owner' and scope_cost > 0)
