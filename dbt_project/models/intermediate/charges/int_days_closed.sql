-- Through which day each source's bill is closed: as far as any scope of its deliveries.
with

scopes as (

    select * from {{ ref('int_delivery_scopes_closed') }}

),

closed as (

    select
        source_name,
        min(first_date) as first_date,
        max(closed_date) as closed_date
    from scopes
    group by all

),

final as (

    select
        source_name,
        first_date,
        closed_date,
        max(closed_date) over () as newest_closed_date,
        -- Of a source that brings nothing any more, nobody waits for more.
        closed_date >= max(closed_date) over () - 35 as is_live

    from closed

)

select * from final
