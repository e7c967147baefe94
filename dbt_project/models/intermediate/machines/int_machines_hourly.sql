-- How many machines of a kind were up in each hour. A bill of a longer window tells it only
-- where its machines were up throughout; other windows are unknown.
with

charges as (

    select * from {{ ref('int_machine_hour_charges') }}

),

windows as (

    select
        source_name,
        service_provider_name,
        sub_account_id,
        coalesce(instance_type, 'unassigned') as instance_type,
        billing_currency,
        charge_date,
        billing_period_start,
        charge_period_start,
        {{ hours_between('charge_period_start', 'charge_period_end') }} as window_hours,
        machine_hours,
        machine_hours / cast(ceil(window_hours) as integer) as machines,
        window_hours <= 1 or machines = round(machines) as is_known
    from charges

),

spread as (

    select
        * exclude (window_hours, machine_hours),
        date_trunc('hour', charge_period_start)
        + to_hours(unnest(range(cast(ceil(window_hours) as integer)))) as charge_hour
    from windows

),

summed_to_hour as (

    select
        source_name,
        service_provider_name,
        sub_account_id,
        instance_type,
        billing_currency,
        charge_date,
        billing_period_start,
        charge_hour,
        round({{ exact_sum('machines') }}, 9) as machines,
        bool_and(is_known) as is_known
    from spread
    group by all

)

select * from summed_to_hour
