with

totals as (

    select * from {{ ref('int_published_totals') }}

),

compared as (

    select
        *,
        lag(build_id) over versions as old_build_id,
        lag(published_at) over versions as old_published_at,
        lag(billed_cost) over versions as old_billed_cost,
        lag(effective_cost) over versions as old_effective_cost,
        lag(delivery_ids) over versions as old_delivery_ids

    from totals

    window versions as (
        partition by source_name, billing_currency, billing_period_start
        order by published_at nulls last
    )

),

final as (

    select
        compared.source_name,
        compared.billing_currency,
        compared.old_build_id,
        compared.build_id as new_build_id,
        list_filter(
            compared.delivery_ids,
            lambda delivery: not list_contains(compared.old_delivery_ids, delivery)
        ) as caused_by_delivery_ids,
        {{ money('compared.old_billed_cost') }} as old_billed_cost,
        {{ money('compared.billed_cost') }} as new_billed_cost,
        {{ money('compared.billed_cost - compared.old_billed_cost') }}
            as billed_cost_delta,
        {{ money('compared.old_effective_cost') }} as old_effective_cost,
        {{ money('compared.effective_cost') }} as new_effective_cost,
        {{ money('compared.effective_cost - compared.old_effective_cost') }}
            as effective_cost_delta,
        compared.is_closed_period,
        compared.billing_period_start,
        compared.old_published_at,
        compared.published_at as new_published_at

    from compared

    where
        compared.old_build_id is not null
        and (
            compared.billed_cost != compared.old_billed_cost
            or compared.effective_cost != compared.old_effective_cost
        )

)

select * from final
