-- The days that stand out, in decimals, beside what they cost.
with

costs as (

    select * from {{ ref('int_anomaly_series_costs_daily') }}

),

expected as (

    select * from {{ ref('int_anomaly_series_days_expected') }}

),

settings as (

    select
        anomaly_floor,
        anomaly_threshold
    from {{ ref('stg_landing__settings') }}

),

joined as (

    select
        costs.*,
        md5(concat_ws('|', costs.anomaly_series_id, expected.event_first_date))
            as anomaly_id,
        expected.event_first_date,
        {{ money('expected.expected') }} as expected_cost,
        {{ money('expected.lower') }} as lower_cost,
        {{ money('expected.upper') }} as upper_cost,
        costs.effective_cost - {{ money('expected.expected') }} as impact_cost,
        settings.anomaly_floor as floor_cost,
        settings.anomaly_threshold as threshold_ratio

    from costs

    inner join expected using (anomaly_series_id, charge_date)

    cross join settings

    where expected.event_first_date is not null

)

select * from joined
