-- What accounts that lag behind the newest closed day are estimated to have cost on the days
-- in between, so that a bill that comes late, or a month at a time, neither holds back the
-- others nor counts as free. A day costs the mean of the account's last 28 closed days, less
-- what is delivered of the day already; what comes once a month comes on its day.
{%- set owner = [
    'source_name', 'service_provider_name', 'sub_account_id', 'ai_cost_class',
    'team_name', 'project_name', 'feature_name', 'tenant_id', 'environment_name',
    'model_id', 'workload_name', 'currency',
] %}
{%- set account = owner[:3] + ['currency'] %}
{%- set costs = ['billed_cost', 'effective_cost'] %}
with

late as (

    select
        *,
        min(charge_date) over (
            partition by source_name, service_provider_name, sub_account_id
        ) as first_date
    from {{ ref('int_costs_in_reporting_currency') }}
    where is_live and closed_date < newest_closed_date

),

means as (

    select
        {{ owner | join(', ') }},
        closed_date,
        newest_closed_date,
        {% for cost in costs %}
        {{ money(
            'cast(sum(' ~ cost ~ ') as double)'
            ~ ' / max(least(28, closed_date - first_date + 1))'
        ) }} as {{ cost }}_mean{% if not loop.last %},{% endif %}
        {% endfor %}
    from late
    where
        is_recurring
        and charge_date <= closed_date
        and charge_date > closed_date - 28
    group by all

),

delivered as (

    select
        {{ account | join(', ') }},
        charge_date,
        {% for cost in costs %}
        sum({{ cost }}) as {{ cost }}_delivered{% if not loop.last %},{% endif %}
        {% endfor %}
    from late
    where is_recurring and charge_date > closed_date
    group by all

),

days as (

    select
        *,
        {% for cost in costs %}
        sum({{ cost }}_mean) over (partition by {{ account | join(', ') }})
            as {{ cost }}_of_account,
        {% endfor %}
        cast(
            unnest(range(closed_date + 1, newest_closed_date + 1, interval 1 day))
            as date
        ) as charge_date
    from means

),

daily as (

    select
        {% for name in owner %}
        days.{{ name }},
        {% endfor %}
        days.charge_date,
        true as is_recurring,
        {% for cost in costs %}
        {{ money(
            'coalesce(cast(days.' ~ cost ~ '_mean as double) * greatest(0, 1'
            ~ ' - coalesce(cast(delivered.' ~ cost ~ '_delivered as double), 0)'
            ~ ' / nullif(cast(days.' ~ cost ~ '_of_account as double), 0)), 0)'
        ) }} as {{ cost }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from days
    left join delivered using ({{ account | join(', ') }}, charge_date)

),

scheduled as (

    select
        {{ owner | join(', ') }},
        cast(charge_date + interval 1 month as date) as charge_date,
        false as is_recurring,
        {{ costs | join(', ') }}
    from late
    where
        is_scheduled
        and replaced_on is null
        and charge_date + interval 1 month > closed_date
        and charge_date + interval 1 month <= newest_closed_date

)

select * from daily
union all
select * from scheduled
