-- Who is notified of an event: the team and the project that own most of the cost of its days.
with

judged as (

    select * from {{ ref('int_anomaly_series_days_scored') }}

),

costs as (

    select * from {{ ref('int_costs_in_reporting_currency') }}

),

owned as (

    select
        judged.anomaly_id,
        costs.team_name,
        costs.project_name,
        sum(abs(costs.effective_cost)) as effective_cost
    from judged
    inner join costs
        using (
            source_name, service_provider_name, sub_account_id, ai_cost_class,
            service_name, currency, charge_date
        )
    group by all

),

largest as (

    select
        anomaly_id,
        {{ of_largest('team_name', 'effective_cost') }} as team_name,
        {{ of_largest('project_name', 'effective_cost') }} as project_name
    from owned
    group by all

)

select * from largest
