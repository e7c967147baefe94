-- Anomaly series without gaps: from the first day of their source, because a service that
-- was not there cost nothing, to its last closed day.
with

charges as (

    select
        charges.*,
        closed.first_date,
        closed.closed_date
    from {{ ref('int_anomaly_series_charges') }} as charges
    inner join {{ ref('int_account_days_closed') }} as closed
        using (source_name, service_provider_name, sub_account_id)
    where charges.charge_date <= closed.closed_date

),

series as (

    select distinct
        anomaly_series_id,
        source_name,
        service_provider_name,
        sub_account_id,
        ai_cost_class,
        service_name,
        currency,
        first_date,
        closed_date
    from charges

),

summed as (

    select
        anomaly_series_id,
        charge_date,
        sum(effective_cost) as effective_cost
    from charges
    group by all

),

days as (

    select
        *,
        cast(unnest(range(first_date, closed_date + 1, interval 1 day)) as date)
            as charge_date
    from series

),

final as (

    select
        days.*,
        {{ money('coalesce(summed.effective_cost, 0)') }} as effective_cost
    from days
    left join summed using (anomaly_series_id, charge_date)

)

select * from final
