with

judged as (

    select
        *,
        max(charge_date) over (partition by anomaly_id) as last_date
    from {{ ref('int_anomaly_series_days_scored') }}

),

effects as (

    select * from {{ ref('int_anomaly_effects') }}

),

owners as (

    select * from {{ ref('int_anomaly_owners') }}

),

events as (

    select
        anomaly_id,
        source_name,
        service_provider_name,
        sub_account_id,
        ai_cost_class,
        service_name,
        currency,
        sum(effective_cost) as effective_cost,
        sum(expected_cost) as expected_cost,
        sum(impact_cost) as impact_cost,
        -- The last week says what one more day costs; the first days may differ.
        cast(sum(impact_cost) filter (where charge_date > last_date - 7) as double)
        / count(*) filter (where charge_date > last_date - 7) as daily_excess,
        floor_cost,
        threshold_ratio,
        count(*) as day_count,
        cast(last_day(last_date + 1) - last_date as bigint) as projected_day_count,
        -- What is not over on the last closed day may go on.
        last_date = closed_date as is_open,
        event_first_date as first_date,
        last_date,
        closed_date as as_of_date
    from judged
    group by all

),

-- A drop has nothing to avoid, and a day or two end by themselves.
projected as (

    select
        *,
        case
            when impact_cost > 0 and day_count >= 3
                then {{ money('daily_excess * projected_day_count') }}
        end as excess_to_come
    from events

),

final as (

    select
        events.anomaly_id,
        events.source_name,
        events.service_provider_name,
        events.sub_account_id,
        events.ai_cost_class,
        events.service_name,
        coalesce(owners.team_name, 'unassigned') as team_name,
        coalesce(owners.project_name, 'unassigned') as project_name,
        case when events.impact_cost > 0 then 'surge' else 'drop' end as direction,
        case
            when events.expected_cost = 0 then 'new'
            when events.effective_cost = 0 then 'gone'
            when
                effects.anomaly_id is null
                or 2 * abs(effects.price_effect + effects.volume_effect)
                < abs(events.impact_cost)
                then 'unknown'
            when abs(effects.price_effect) > abs(effects.volume_effect) then 'price'
            else 'volume'
        end as cause,
        events.currency,
        {{ money('events.effective_cost') }} as effective_cost,
        {{ money('events.expected_cost') }} as expected_cost,
        {{ money('events.impact_cost') }} as impact_cost,
        effects.price_effect as price_effect_cost,
        effects.volume_effect as volume_effect_cost,
        {{ money('events.impact_cost - effects.price_effect - effects.volume_effect') }}
            as other_effect_cost,
        {{ money('events.daily_excess') }} as daily_excess_cost,
        case when events.is_open then events.excess_to_come end as avoidable_cost,
        case when not events.is_open then events.excess_to_come end as avoided_cost,
        events.floor_cost,
        events.threshold_ratio,
        events.day_count,
        events.projected_day_count,
        events.is_open,
        events.first_date,
        events.last_date,
        events.as_of_date

    from projected as events

    left join effects on events.anomaly_id = effects.anomaly_id

    left join owners on events.anomaly_id = owners.anomaly_id

)

select * from final
