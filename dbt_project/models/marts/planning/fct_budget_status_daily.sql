{%- set once_in_ten = 1.2815515655 %}
with

budget_days as (

    select * from {{ ref('int_budget_days') }}

),

expected as (

    select
        budget_id,
        valid_from,
        as_of_date,
        breach_date as expected_breach_date
    from {{ ref('int_budget_breaches_expected') }}

),

projected as (

    select
        *,
        budget_amount - spent_cost as headroom,
        {{ money(
            'spent_cost + undelivered_cost + scheduled_cost'
            ~ ' + cast(days_left * daily_burn as decimal(38, 12))'
        ) }} as projected_cost,
        {{ money(
            'spent_cost + undelivered_cost + scheduled_cost'
            ~ ' + cast(days_left * daily_burn + ' ~ once_in_ten
            ~ ' * deviation_28 * sqrt(days_left * (1 + days_left / 7.0))'
            ~ ' as decimal(38, 12))'
        ) }} as projected_upper_cost,
        -- The last days of a pot may lie further ahead than a date can say.
        least(ceil(
            cast(budget_amount - spent_cost as double) / nullif(daily_burn, 0)
        ), 36500) as days_of_headroom,
        {{ highest_passed('threshold_percents', 'spent_cost', 'budget_amount') }}
            as threshold_passed_percent,
        min(case when spent_cost > budget_amount then as_of_date end) over (
            partition by budget_id, valid_from order by as_of_date
        ) as breached_date

    from budget_days

),

judged as (

    select
        projected.*,
        coalesce(breached_date, case
            when projected_cost > budget_amount then expected_breach_date
        end) as breach_date
    from projected
    left join expected using (budget_id, valid_from, as_of_date)

),

final as (

    select
        budget_id,
        budget_name,
        scope_type,
        scope_value,
        owner_team,
        channel,
        cost_basis,
        case
            when breached_date is not null then 'breached'
            when breach_date is not null then 'breach_projected'
            when threshold_passed_percent is not null then 'threshold_passed'
            else 'within'
        end as budget_status,
        budget_currency,
        {{ money('budget_amount') }} as budget_amount,
        {{ money('day_cost') }} as day_cost,
        {{ money('spent_cost') }} as spent_cost,
        {{ money('headroom') }} as headroom,
        {{ money('daily_burn') }} as daily_burn,
        {{ money('scheduled_cost') }} as scheduled_cost,
        {{ money('undelivered_cost') }} as undelivered_cost,
        projected_cost,
        projected_upper_cost,
        {{ money(
            'case when projected_upper_cost is not null'
            ~ ' then greatest(0, projected_upper_cost - budget_amount) end'
        ) }} as at_risk_cost,
        {{ ratio('spent_cost', 'budget_amount') }} as used_ratio,
        {{ ratio('day_count - days_left', 'day_count') }} as elapsed_ratio,
        {{ ratio('projected_cost', 'budget_amount') }} as projected_ratio,
        threshold_passed_percent,
        {{ money(
            'case when days_of_headroom is not null'
            ~ ' then greatest(0, days_of_headroom) / 30.4375 end'
        ) }} as runway_months,
        breach_date,
        cast(days_left as integer) as days_left,
        cast(day_count as integer) as day_count,
        as_of_date,
        valid_from,
        valid_to

    from judged

)

select * from final
