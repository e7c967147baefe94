-- What each month looked like it would cost, on each of its days: what was spent, and for
-- the days that were left the mean of the last seven. `upper` is passed once in ten times:
-- days are taken as independent, with the deviation of the last four weeks, and the mean of
-- seven days as uncertain itself.
{%- set once_in_ten = 1.2815515655 %}
with

rates as (

    select * from {{ ref('int_scope_rates_daily') }}

),

dated as (

    select
        *,
        cast(last_day(known_date) - known_date as integer) as days_left
    from rates

),

projected as (

    select
        scope_type,
        scope_value,
        currency,
        known_date as as_of_date,
        cast(date_trunc('month', known_date) as date) as month,
        {{ money('month_cost') }} as spent,
        {{ money('month_cost + cast(days_left * mean_7 as decimal(38, 12))') }}
            as projected,
        {{ money(
            'month_cost + cast(days_left * mean_7 + ' ~ once_in_ten ~
            ' * deviation_28 * sqrt(days_left * (1 + days_left / 7.0))'
            ~ ' as decimal(38, 12))'
        ) }} as upper

    from dated

)

select * from projected
