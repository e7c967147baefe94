with

parts as (

    select * from {{ ref('int_storage_parts') }}

),

options as (

    select * from {{ ref('int_storage_tier_options') }}

),

-- The tier that saves most in a year; none where no tier saves anything.
best as (

    select *
    from options
    where first_year_saving > 0
    qualify
        row_number() over (
            partition by
                source_name, sub_account_id, resource_id, storage_tier, prefix,
                billing_currency, billing_period_start
            order by first_year_saving desc, target_tier asc
        ) = 1

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
        best.target_tier,
        best.target_price_source,
        {{ money('best.target_price') }} as target_price,
        {{ money('best.storage_saving') }} as storage_saving,
        {{ money('best.read_cost') }} as read_cost,
        {{ money('best.monthly_saving') }} as monthly_saving,
        {{ money('best.transition_cost') }} as transition_cost,
        {{ money('best.minimum_duration_cost') }} as minimum_duration_cost,
        {{ money('best.first_year_saving') }} as first_year_saving,
        case
            when best.target_tier is null then null
            when not best.is_immediate
                then
                    'high: a read takes hours, and what is '
                    || 'deleted within ' || best.minimum_days || ' days costs them all'
            when best.read_gb > 0 then 'medium: it is read, and each read costs'
            else 'low: it stays readable at once'
        end as risk,
        parts.billing_period_start
    from parts
    left join best
        on
            parts.source_name = best.source_name
            and parts.sub_account_id = best.sub_account_id
            and parts.resource_id = best.resource_id
            and parts.storage_tier = best.storage_tier
            and parts.prefix = best.prefix
            and parts.billing_currency = best.billing_currency
            and parts.billing_period_start = best.billing_period_start

)

select * from final
