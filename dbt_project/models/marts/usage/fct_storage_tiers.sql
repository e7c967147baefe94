with

parts as (

    select * from {{ ref('int_storage_tier_targets') }}

),

final as (

    select
        parts.source_name,
        parts.service_provider_name,
        parts.sub_account_id,
        parts.resource_id,
        parts.resource_name,
        coalesce(parts.prefix, 'unassigned') as prefix,
        coalesce(parts.dataset_name, parts.tagged_dataset, 'unassigned')
            as dataset_name,
        coalesce(parts.storage_tier, 'unassigned') as storage_tier,
        parts.temperature,
        parts.lifecycle_rule,
        parts.billing_currency,
        {{ money('parts.gb_months') }} as stored_gb,
        cast(parts.object_count as bigint) as object_count,
        cast(parts.read_count as bigint) as read_count,
        {{ money('parts.read_gb') }} as read_gb,
        parts.last_read_on,
        cast(parts.unread_days as bigint) as unread_days,
        parts.billed_cost,
        parts.effective_cost,
        case
            when parts.temperature = 'hot' then parts.effective_cost
            else {{ money('0') }}
        end as hot_cost,
        case
            when parts.is_cold then parts.effective_cost
            when parts.is_cold is not null then {{ money('0') }}
        end as decayed_cost,
        case
            when parts.lifecycle_rule is not null then parts.effective_cost
            else {{ money('0') }}
        end as lifecycle_cost,
        case
            when parts.gb_months > 0
                then {{ unit_cost('parts.effective_cost', 'parts.gb_months') }}
        end as cost_per_gb,
        parts.target_tier,
        parts.no_target_reason,
        parts.target_price_source,
        {{ money('parts.target_price') }} as target_price,
        {{ money('parts.storage_saving') }} as storage_saving,
        {{ money('parts.read_cost') }} as read_cost,
        {{ money('parts.monthly_saving') }} as monthly_saving,
        {{ money('parts.transition_cost') }} as transition_cost,
        {{ money('parts.minimum_duration_cost') }} as minimum_duration_cost,
        {{ money('parts.first_year_saving') }} as first_year_saving,
        case
            when parts.target_tier is null then null
            when not parts.is_immediate
                then
                    'high: a read takes hours, and what is '
                    || 'deleted within ' || parts.minimum_days || ' days costs them all'
            when parts.read_gb > 0 then 'medium: it is read, and each read costs'
            else 'low: it stays readable at once'
        end as risk,
        parts.billing_period_start
    from parts

)

select * from final
