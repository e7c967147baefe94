-- Commitments that end soon, once for each notice that their owner wants: what to renew,
-- and what its usage costs without it.
with

commitments as (

    select * from {{ ref('fct_commitments_monthly') }}
    where commitment_end is not null
    qualify
        row_number() over (
            partition by source_name, commitment_id, billing_currency
            order by billing_period_start desc, commitment_type asc
        ) = 1

),

settings as (

    select * from {{ ref('int_planning_settings') }}

),

notices as (

    select
        commitments.*,
        unnest(settings.commitment_notice_days) as notice_days
    from commitments
    cross join settings

),

due_notices as (

    select
        'commitment_ends' as alert_kind,
        concat_ws(' ', source_name, commitment_id, billing_currency, notice_days)
            as subject,
        'commitment' as scope_type,
        commitment_id as scope_value,
        effective_cost as amount,
        billing_currency as currency,
        -- An id may be a path; its last part is enough to know it by.
        format(
            '{} {} of {} ends on {}, {} days after the data; it cost {} {} in {}, and'
            || ' {} {} would be paid without it.',
            commitment_type,
            regexp_extract(commitment_id, '[^/]+$'),
            source_name,
            cast(commitment_end as date),
            days_left,
            {{ format_amount('effective_cost') }},
            billing_currency,
            strftime(billing_period_start, '%Y-%m'),
            {{ format_amount('abs(commitment_savings)') }},
            case when commitment_savings < 0 then 'less' else 'more' end
        ) as message,
        cast(commitment_end as date) - notice_days as alert_date
    from notices
    where days_left <= notice_days

)

select * from due_notices
