-- Developers whose coding tools went over their cap, and those who will before the month
-- ends at the pace of its days so far.
with

users as (

    select * from {{ ref('fct_coding_users_monthly') }}
    where cap_passed_date is not null or cap_expected_date is not null

)

select
    if(cap_passed_date is null, 'developer_near_cap', 'developer_over_cap')
        as alert_kind,
    concat_ws(
        ' ', tool_name, developer_id, billing_currency,
        cast(billing_period_start as date)
    ) as subject,
    'developer' as scope_type,
    developer_id as scope_value,
    nullif(team_name, 'unassigned') as owner_team,
    effective_cost as amount,
    billing_currency as currency,
    format(
        '{} cost {} {} in {} in {}, ',
        developer_id,
        {{ format_amount('effective_cost') }},
        billing_currency,
        tool_name,
        strftime(billing_period_start, '%Y-%m')
    )
    || case
        when cap_passed_date is null
            then format(
                'and reaches the cap of {} on {} at this pace.',
                {{ format_amount('spend_cap') }}, cap_expected_date
            )
        else format(
            '{} more than the cap of {}.',
            {{ format_amount('effective_cost - spend_cap') }},
            {{ format_amount('spend_cap') }}
        )
    end as message,
    -- Who is near a cap is so on the newest day of the data.
    cap_passed_date as alert_date
from users
