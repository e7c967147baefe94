-- Where a pool or a cap was not reached by the last day of data, it is expected at the
-- average of the month's days so far.
{%- set costs = ['effective_cost', 'seat_cost', 'on_demand_cost', 'included_cost'] %}
{%- set user = [
    'tool_name', 'developer_id', 'billing_currency', 'billing_period_start',
] %}
with

costs as (

    select
        *,
        coalesce(on_demand_cost, 0) + coalesce(included_cost, 0) as use_value,
        coalesce(on_demand_cost, 0) > 0
        or coalesce(included_cost, 0) > 0
        or coalesce(request_count, output_token_count, credit_count, 0) > 0 as is_use
    from {{ ref('fct_coding_costs_daily') }}

),

seats as (

    select * from {{ ref('int_coding_seats_monthly') }}

),

reached as (

    select * from {{ ref('int_coding_limits_reached') }}

),

-- Of a tool that tells no use of anybody, nobody's seat is known to be unused.
tools as (

    select
        tool_name,
        billing_period_start,
        coalesce(bool_or(is_use and developer_id != 'unassigned'), false) as tells_use,
        max(charge_date) filter (where is_use) as newest_date
    from costs
    group by all

),

summed_to_month as (

    select
        {{ user | join(', ') }},
        min(nullif(team_name, 'unassigned')) as team_name,
        {% for cost in costs %}
        sum({{ cost }}) as {{ cost }},
        {% endfor %}
        sum(use_value) as use_value,
        count(distinct charge_date) filter (where is_use) as active_day_count,
        max(charge_date) filter (where is_use) as last_use_date
    from costs
    group by all

),

joined as (

    select
        {{ user | join(', ') }},
        coalesce(summed_to_month.team_name, seats.team_name, 'unassigned') as team_name,
        {% for cost in costs + ['use_value', 'active_day_count'] %}
        summed_to_month.{{ cost }},
        {% endfor %}
        {% for term in ['included_amount', 'spend_cap', 'last_active_on'] %}
        seats.{{ term }},
        {% endfor %}
        tools.tells_use,
        tools.newest_date,
        reached.pool_used_up_date,
        reached.cap_passed_date,
        seats.developer_id is not null or coalesce(summed_to_month.seat_cost, 0) > 0
            as has_seat,
        cast(billing_period_start as date) as first_date,
        cast(billing_period_start + interval 1 month as date) as end_date,
        greatest(summed_to_month.last_use_date, seats.last_active_on)
            as last_active_date
    from summed_to_month
    full outer join seats using ({{ user | join(', ') }})
    left join tools using (tool_name, billing_period_start)
    left join reached using ({{ user | join(', ') }})

),

-- The days of the month that the tool has told of, and what a day cost so far.
paced as (

    select
        *,
        newest_date - first_date + 1 as told_days,
        {{ unit_cost('use_value', 'newest_date - first_date + 1') }} as use_per_day,
        {{ unit_cost('on_demand_cost', 'newest_date - first_date + 1') }}
            as on_demand_per_day
    from joined

),

final as (

    select
        tool_name,
        developer_id,
        team_name,
        billing_currency,
        has_seat,
        case
            when not has_seat then null
            when coalesce(active_day_count, 0) > 0 then true
            when last_active_on is not null then last_active_on >= first_date
            when tells_use then false
        end as is_seat_used,
        cast(coalesce(active_day_count, 0) as bigint) as active_day_count,
        last_active_date,
        {% for cost in costs %}
        {{ money(cost) }} as {{ cost }},
        {% endfor %}
        {{ money('included_amount') }} as included_amount,
        pool_used_up_date,
        case
            when pool_used_up_date is null and use_per_day > 0 and told_days > 0
                then
                    first_date
                    + cast(ceil(included_amount / use_per_day) as integer)
                    - 1
        end as pool_expected_date,
        {{ money('spend_cap') }} as spend_cap,
        {{ ratio('coalesce(effective_cost, 0)', 'spend_cap') }} as cap_ratio,
        cap_passed_date,
        case
            when
                cap_passed_date is null
                and on_demand_per_day > 0
                and spend_cap >= coalesce(seat_cost, 0)
                then first_date + cast(
                    ceil((spend_cap - coalesce(seat_cost, 0)) / on_demand_per_day)
                    as integer
                ) - 1
        end as cap_expected_date,
        end_date,
        billing_period_start
    from paced

)

-- Beyond the end of the month a new pool and a new cap begin.
select
    * exclude (end_date) replace (
        case when pool_expected_date < end_date then pool_expected_date end
            as pool_expected_date,
        case when cap_expected_date < end_date then cap_expected_date end
            as cap_expected_date
    )
from final
