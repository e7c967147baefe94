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

told as (

    select
        'commitment_ends' as alert_kind,
        concat_ws(' ', source_name, commitment_id, billing_currency, notice_days)
            as subject,
        'commitment' as scope_type,
        commitment_id as scope_value,
        effective_cost as amount,
        billing_currency as currency,
        commitment_type || ' ' || regexp_extract(commitment_id, '[^/]+$') || ' of '
        || source_name
        || ' ends on '
        || cast(commitment_end as date)
        || ', '
        || days_left
        || ' days after the data; it cost '
        || {{ format_amount('effective_cost') }}
        || ' '
        || billing_currency
        || ' in '
        || strftime(billing_period_start, '%Y-%m')
        || ', and '
        || {{ format_amount('abs(commitment_savings)') }} || case
            when commitment_savings < 0 then ' less' else ' more'
        end || ' would be paid without it.' as message,
        cast(commitment_end as date) - notice_days as alert_date
    from notices
    where days_left <= notice_days

)

select * from told
