-- Through which day an account's bill is closed: as far as any delivery that names it. One
-- source may be several vendors, each of which delivers when it does.
with

scopes as (

    select * from {{ ref('int_delivery_scopes_closed') }}

),

deliveries as (

    select distinct
        source_name,
        delivery_id,
        coalesce(scope, '') as delivery_scope
    from {{ ref('stg_landing__deliveries') }}
    where table_name = 'focus' and status in ('current', 'partly_superseded')

),

accounts as (

    select
        charges.source_name,
        charges.service_provider_name,
        coalesce(charges.sub_account_id, 'unassigned') as sub_account_id,
        max(scopes.closed_date) as closed_date
    from (
        select distinct
            source_name,
            service_provider_name,
            sub_account_id,
            delivery_id
        from {{ ref('stg_ledger__charges') }}
    ) as charges
    left join deliveries
        on
            charges.source_name = deliveries.source_name
            and charges.delivery_id = deliveries.delivery_id
    inner join scopes
        on
            charges.source_name = scopes.source_name
            and coalesce(deliveries.delivery_scope, '') = scopes.delivery_scope
    group by all

),

final as (

    select
        accounts.source_name,
        accounts.service_provider_name,
        accounts.sub_account_id,
        sources.first_date,
        accounts.closed_date,
        sources.newest_closed_date,
        accounts.closed_date >= sources.newest_closed_date - 35 as is_live
    from accounts
    inner join {{ ref('int_days_closed') }} as sources
        on accounts.source_name = sources.source_name

)

select * from final
