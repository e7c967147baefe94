-- Through which day what a vendor delivers for one scope (a payer, a project, a folder) is
-- closed. A month that was delivered after its end, and after its days had settled, is closed
-- to its last day; of a month that still goes on, the days that have settled, and no further
-- than its usage goes. A file that is copied late has a late time: where usage of every day
-- stops days before the month ends, the month is delivered in part, and not closed.
with

settings as (select * from {{ ref('stg_landing__settings') }}),

deliveries as (

    select
        *,
        coalesce(scope, '') as delivery_scope
    from {{ ref('stg_landing__deliveries') }}
    where table_name = 'focus' and status in ('current', 'partly_superseded')

),

scopes as (

    select distinct
        source_name,
        delivery_id,
        delivery_scope
    from deliveries

),

charges as (

    select
        charges.source_name,
        charges.charge_category,
        charges.charge_date,
        coalesce(scopes.delivery_scope, '') as delivery_scope
    from {{ ref('stg_ledger__charges') }} as charges
    left join scopes
        on
            charges.source_name = scopes.source_name
            and charges.delivery_id = scopes.delivery_id

),

newest as (

    select
        source_name,
        delivery_scope,
        last_day(max(strptime(period, '%Y-%m'))) as last_date,
        cast(max(delivered_at) as date) as delivered_date
    from deliveries
    group by all

),

spans as (

    select
        source_name,
        delivery_scope,
        min(charge_date) as first_date,
        max(charge_date) filter (where charge_category = 'Usage') as last_usage_date,
        max(charge_date) as last_date
    from charges
    group by all

),

-- Usage of 25 or more of the last 28 days with any is daily.
steady as (

    select
        source_name,
        delivery_scope,
        count(distinct charges.charge_date) >= 25 as is_steady
    from charges
    inner join spans using (source_name, delivery_scope)
    where
        charges.charge_category = 'Usage'
        and charges.charge_date > spans.last_usage_date - 28
    group by all

),

final as (

    select
        spans.source_name,
        spans.delivery_scope,
        spans.first_date,
        case
            when steady.is_steady and newest.last_date - spans.last_usage_date > 3
                then
                    least(
                        spans.last_usage_date,
                        newest.delivered_date - settings.forecast_settling_days
                    )
            when
                newest.delivered_date - settings.forecast_settling_days
                > newest.last_date
                then newest.last_date
            else
                least(
                    coalesce(spans.last_usage_date, spans.last_date),
                    newest.delivered_date - settings.forecast_settling_days
                )
        end as closed_date

    from spans

    left join newest using (source_name, delivery_scope)

    left join steady using (source_name, delivery_scope)

    cross join settings

)

select * from final
