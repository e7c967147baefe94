-- Through which day each source's bill is closed. A month that was delivered after its end,
-- and after its days had settled, is closed to its last day; of a month that still goes on,
-- the days that have settled, and no further than its usage goes.
with

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

deliveries as (

    select * from {{ ref('stg_landing__deliveries') }}

),

costs as (

    select
        source_name,
        min(charge_date) as first_date,
        max(charge_date) filter (where charge_category = 'Usage') as last_usage_date,
        max(charge_date) as last_date
    from {{ ref('stg_ledger__charges') }}
    group by all

),

newest as (

    select
        source_name,
        last_day(max(strptime(period, '%Y-%m'))) as last_date,
        cast(max(delivered_at) as date) as delivered_date
    from deliveries
    where table_name = 'focus' and status = 'current'
    group by all

),

closed as (

    select
        costs.source_name,
        costs.first_date,
        case
            when
                newest.delivered_date - settings.forecast_settling_days
                > newest.last_date
                then newest.last_date
            else
                least(
                    coalesce(costs.last_usage_date, costs.last_date),
                    newest.delivered_date - settings.forecast_settling_days
                )
        end as closed_date

    from costs

    left join newest on costs.source_name = newest.source_name

    cross join settings

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
