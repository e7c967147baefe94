-- Which machine served which model on a day, and for how long. A machine whose server
-- nobody lists, but that counted calls, served as well, on days without calls too.
with

placed as (

    select * from {{ ref('int_deployments_by_node') }}

),

called as (

    select * from {{ ref('int_called_servers') }}

),

machine_days as (

    select distinct
        source_name,
        node_name,
        charge_date
    from {{ ref('int_machines_daily') }}

),

listed as (

    select
        machine_days.source_name,
        machine_days.node_name,
        coalesce(placed.model_id, 'unassigned') as model_id,
        coalesce(placed.workload_name, 'unassigned') as workload_name,
        coalesce(placed.environment_name, 'unassigned') as environment_name,
        placed.gpu_count,
        {{ hours_between(
            'greatest(placed.valid_from, machine_days.charge_date)',
            "least(coalesce(placed.valid_to, machine_days.charge_date + interval 1 day),"
            ~ " machine_days.charge_date + interval 1 day)"
        ) }} as served_hours,
        machine_days.charge_date
    from machine_days
    inner join placed
        on
            machine_days.source_name = placed.source_name
            and machine_days.node_name = placed.node_name
            and machine_days.charge_date >= cast(placed.valid_from as date)
            and coalesce(machine_days.charge_date < placed.valid_to, true)
            and coalesce(machine_days.charge_date = placed.seen_on, true)

),

counted as (

    select
        called.source_name,
        called.node_name,
        called.model_id,
        'unassigned' as workload_name,
        'unassigned' as environment_name,
        24 as served_hours,
        machine_days.charge_date
    from called
    inner join machine_days
        on
            called.source_name = machine_days.source_name
            and called.node_name = machine_days.node_name
            and machine_days.charge_date between called.served_from
            and called.served_until
    anti join listed
        on
            called.source_name = listed.source_name
            and called.node_name = listed.node_name
            and called.model_id = listed.model_id
            and machine_days.charge_date = listed.charge_date

),

servers as (

    select * from listed
    union all by name
    select * from counted

)

select * from servers
