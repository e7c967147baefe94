-- What a store is, its bill says: what it stores by GB and time, what it is asked by the
-- query. Vectors are counted by an inventory (storage_access), or not at all.
with

charges as (

    select * from {{ ref('int_vector_charges') }}

),

access as (

    select
        resource_key,
        billing_period_start,
        sum(object_count) as vector_count,
        sum(read_count) as read_count
    from {{ ref('int_storage_access_monthly') }}
    group by all

),

summed_to_month as (

    select
        source_name,
        service_provider_name,
        service_name,
        sub_account_id,
        resource_id,
        max(resource_name) as resource_name,
        billing_currency,
        sum({{ money('gb_months') }}) as stored_gb,
        {{ money('sum(query_count)') }} as billed_query_count,
        {{ money('sum(billed_cost)') }} as billed_cost,
        {{ money('sum(effective_cost)') }} as effective_cost,
        {{ money('coalesce(sum(effective_cost) filter (gb_months is not null), 0)') }}
            as storage_cost,
        {{ money('coalesce(sum(effective_cost) filter (query_count is not null), 0)') }}
            as query_cost,
        billing_period_start
    from charges
    group by all

),

counted as (

    select
        summed_to_month.*,
        access.vector_count,
        coalesce(summed_to_month.billed_query_count, access.read_count) as query_count,
        lag(summed_to_month.stored_gb) over store as previous_stored_gb,
        lag(summed_to_month.billing_period_start) over store
        + interval 1 month = summed_to_month.billing_period_start as is_next_month
    from summed_to_month
    left join access
        on
            access.resource_key in (
                lower(summed_to_month.resource_id),
                lower(summed_to_month.resource_name)
            )
            and summed_to_month.billing_period_start = access.billing_period_start
    window store as (
        partition by
            summed_to_month.source_name,
            summed_to_month.service_name,
            summed_to_month.sub_account_id,
            summed_to_month.resource_id,
            summed_to_month.billing_currency
        order by summed_to_month.billing_period_start
    )

),

final as (

    select
        source_name,
        service_provider_name,
        service_name,
        sub_account_id,
        resource_id,
        resource_name,
        billing_currency,
        stored_gb,
        cast(vector_count as bigint) as vector_count,
        {{ money('query_count') }} as query_count,
        billed_cost,
        effective_cost,
        storage_cost,
        query_cost,
        effective_cost - storage_cost - query_cost as other_cost,
        {{ unit_cost('storage_cost', 'stored_gb') }} as cost_per_gb,
        {{ unit_cost('effective_cost', 'vector_count', 1000000) }}
            as cost_per_1m_vectors,
        {{ unit_cost('effective_cost', 'query_count') }} as cost_per_query,
        case when is_next_month then previous_stored_gb end as previous_stored_gb,
        case when is_next_month then {{ money('stored_gb - previous_stored_gb') }} end
            as growth_gb,
        case
            when is_next_month
                then {{ ratio('stored_gb - previous_stored_gb', 'previous_stored_gb') }}
        end as growth_ratio,
        billing_period_start
    from counted

)

select * from final
