-- Why an event cost what it did: per SKU and unit, quantities and prices of the event's days
-- against the four weeks before it. A new SKU has no earlier price, so all of it is volume;
-- one that is gone had a price and no volume. Charges without a quantity have no effect.
with

charges as (

    select * from {{ ref('int_anomaly_series_charges') }}

),

events as (

    select
        anomaly_id,
        anomaly_series_id,
        event_first_date,
        max(charge_date) as last_date,
        count(*) as day_count,
        cast(least(28, event_first_date - min(first_date)) as integer) as base_day_count
    from {{ ref('int_anomaly_series_days_scored') }}
    group by anomaly_id, anomaly_series_id, event_first_date

),

bought as (

    select
        events.anomaly_id,
        charges.sku,
        charges.consumed_unit,
        sum(charges.consumed_quantity) filter (where is_event) as quantity_1,
        sum(charges.effective_cost) filter (where is_event) as cost_1,
        sum(charges.consumed_quantity) filter (where not is_event) as base_quantity,
        sum(charges.effective_cost) filter (where not is_event) as base_cost,
        cast(max(events.day_count) as double)
        / max(events.base_day_count) as day_ratio

    from (
        select
            *,
            unnest([true, false]) as is_event,
            case
                when is_event then event_first_date
                else event_first_date - base_day_count
            end as from_date,
            case when is_event then last_date else event_first_date - 1 end
                as until_date
        from events
    ) as events

    inner join charges
        on
            events.anomaly_series_id = charges.anomaly_series_id
            and charges.charge_date between events.from_date and events.until_date

    where charges.is_counted

    group by events.anomaly_id, charges.sku, charges.consumed_unit

),

priced as (

    select
        anomaly_id,
        coalesce(cast(quantity_1 as double), 0) as quantity_1,
        coalesce(cast(base_quantity as double), 0) * day_ratio as quantity_0,
        cast(cost_1 as double) / nullif(cast(quantity_1 as double), 0) as known_price_1,
        cast(base_cost as double) / nullif(cast(base_quantity as double), 0)
            as known_price_0,
        coalesce(known_price_1, known_price_0, 0) as price_1,
        coalesce(known_price_0, known_price_1, 0) as price_0
    from bought

),

summed as (

    select
        anomaly_id,
        -- Sums of doubles depend on the order in which threads come by.
        sum({{ money('quantity_1 * (price_1 - price_0)') }}) as price_effect,
        sum({{ money('(quantity_1 - quantity_0) * price_0') }}) as volume_effect
    from priced
    group by all

)

select * from summed
