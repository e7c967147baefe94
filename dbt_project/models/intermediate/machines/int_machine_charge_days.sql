-- Each charge of a machine on the days that it pays for. A machine that is billed for a week
-- or a month as a whole ran on each of its days, and its telemetry is of each of them: left
-- on the first, all but one day of calls and samples would meet no bill. Hours that do not
-- fill their period may be of any of its days, and stay on the first.
with

charges as (

    select
        *,
        coalesce(
            charge_period_end > charge_period_start + interval 1 day
            and machine_hours >= 0.9 / 3600
            * date_diff('second', charge_period_start, charge_period_end),
            false
        ) as is_spread
    from {{ ref('int_machine_charges') }}

),

held as (

    select
        delivery_id,
        source_row_number,
        source_row_part,
        {{ exact_sum('gpu_hours') }} as training_gpu_hours,
        sum(case when run_id != 'unassigned' then billed_cost else 0 end)
            as training_billed_cost,
        sum(case when run_id != 'unassigned' then effective_cost else 0 end)
            as training_cost,
        true as is_told
    from {{ ref('int_training_charges') }}
    group by all

),

days as (

    select
        *,
        unnest(case
            when is_spread
                then
                    range(
                        date_trunc('day', charge_period_start),
                        charge_period_end,
                        interval 1 day
                    )
            else [cast(charge_date as timestamp)]
        end) as day_start
    from charges

),

-- Where in its period a day begins and ends, as shares of 0 to 1.
shared as (

    select
        *,
        {% for name, point in [('begins', 'day_start'),
            ('ends', 'day_start + interval 1 day')] %}
    case
        when is_spread
            then
                least(1, greatest(0, date_diff(
                    'second', charge_period_start, {{ point }}
                    ) / date_diff('second', charge_period_start, charge_period_end)))
        else {{ loop.index0 }}
    end as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
    from days

),

-- What days have in common is rounded away from one to the next, so that they sum exactly.
final as (

    select
        shared.* exclude (
            day_start, is_spread, begins, ends, is_of_gpu_machine
        ) replace (
            cast(shared.day_start as date) as charge_date,
            {% for name in ['machine_hours', 'gpu_hours', 'billed_cost',
                'effective_cost', 'energy_cost'] %}
            case
                when not shared.is_spread then shared.{{ name }}
                else
                    {{ money('cast(' ~ name ~ ' as double) * ends') }}
                    - {{ money('cast(' ~ name ~ ' as double) * begins') }}
            end as {{ name }}{{ ',' if not loop.last }}
            {% endfor %}
        ),
        {% for name in ['training_gpu_hours', 'training_billed_cost',
            'training_cost'] %}
        case
            when not shared.is_spread then held.{{ name }}
            else
                {{ money('cast(' ~ name ~ ' as double) * ends') }}
                - {{ money('cast(' ~ name ~ ' as double) * begins') }}
        end as {{ name }},
        {% endfor %}
        coalesce(held.is_told, false) as is_told
    from shared
    left join held using (delivery_id, source_row_number, source_row_part)

)

select * from final
