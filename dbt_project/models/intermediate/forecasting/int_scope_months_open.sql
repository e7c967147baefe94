-- What is delivered of the open month after the newest closed day, and what is still to come
-- of it. One row per scope and currency.
with

expected as (

    select * from {{ ref('int_scope_costs_expected') }}

),

unsettled as (

    select * from {{ ref('int_scope_costs_unsettled') }}

),

spent_after as (

    select
        scope_type,
        scope_value,
        currency,
        as_of_date,
        sum(effective_cost) as unsettled_cost
    from unsettled
    where charge_date <= last_day(as_of_date + 1)
    group by all

),

-- A day that is half delivered has half of it to come.
days_delivered as (

    select
        unsettled.currency,
        unsettled.charge_date,
        greatest(unsettled.recurring_cost, 0) as delivered_cost,
        greatest(
            1 - coalesce({{ ratio('delivered_cost', 'expected.daily_cost') }}, 0), 0
        ) as ratio_to_come
    from unsettled
    inner join expected
        on
            unsettled.scope_type = 'total'
            and expected.scope_type = 'total'
            and unsettled.currency = expected.currency
            and unsettled.charge_date = expected.forecast_date

),

rests as (

    select
        expected.scope_type,
        expected.scope_value,
        expected.currency,
        expected.as_of_date,
        sum({{ money(
            'cast(expected.daily_cost as double)'
            ~ ' * coalesce(days_delivered.ratio_to_come, 1)'
        ) }}) as daily_rest,
        sum(expected.scheduled_to_come) as scheduled_rest
    from expected
    left join days_delivered
        on
            expected.currency = days_delivered.currency
            and expected.forecast_date = days_delivered.charge_date
    where expected.forecast_date <= last_day(expected.as_of_date + 1)
    group by all

),

-- A scope whose first cost is not closed yet is spent on, and expects nothing.
final as (

    select
        scope_type,
        scope_value,
        currency,
        as_of_date,
        coalesce(spent_after.unsettled_cost, 0) as unsettled_cost,
        coalesce(rests.daily_rest, 0) as daily_rest,
        coalesce(rests.scheduled_rest, 0) as scheduled_rest
    from rests
    full outer join spent_after using (scope_type, scope_value, currency, as_of_date)

)

select * from final
