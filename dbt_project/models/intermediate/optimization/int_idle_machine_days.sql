-- What machines cost while they did nothing, and how much of that is paid all the same:
-- what a commitment covers is saved only as far as work on demand of the same instance
-- type could take its hours on the same day.
{%- set type_day = [
    'source_name', 'instance_type', 'billing_currency', 'charge_date',
] %}
with

gpu_hours as (

    select * from {{ ref('fct_gpu_hour_costs') }}

),

serving_days as (

    select distinct
        source_name,
        node_name,
        charge_date,
        true as is_serving
    from {{ ref('int_serving_machines_daily') }}

),

-- Hours that nobody knows of are no evidence; they are unknown_cost of fct_gpu_hour_costs.
-- What a server holds on a day without work is no idle_cost: no money is in two rows.
idle as (

    select
        gpu_hours.*,
        kinds.idle_kind,
        case
            when kinds.idle_kind = 'gpu_unallocated' then gpu_hours.idle_cost
            when serving_days.is_serving and gpu_hours.busy_gpu_hours = 0
                then gpu_hours.allocated_cost
        end as cost,
        gpu_hours.allocation_source as evidence
    from gpu_hours
    cross join (
        values ('gpu_unallocated'), ('server_without_work')
    ) as kinds (idle_kind)
    left join serving_days using (source_name, node_name, charge_date)

),

committed as (

    select
        *,
        {{ money(
            'cast(cost as double) * '
            ~ committed_share('committed_cost', 'effective_cost')
        ) }} as committed_idle_cost
    from idle

),

worked_on_demand as (

    select
        {{ type_day | join(', ') }},
        sum({{ money(
            'cast(on_demand_cost as double) * (1 - '
            ~ ratio('coalesce(idle_cost, 0)', 'effective_cost') ~ ')'
        ) }}) as on_demand_work_cost
    from gpu_hours
    where on_demand_cost > 0
    group by all

),

-- An hour of a commitment costs no more than the one on demand that it takes the place
-- of, so this says rather too little than too much is saved.
freed as (

    select
        of_type.*,
        {{ money(
            'cast(committed_idle_cost as double) * (1 - least(1, coalesce('
            ~ ratio('on_demand_work_cost', 'all_committed_idle_cost') ~ ', 0)))'
        ) }} as freed_capacity_cost
    from (
        select
            *,
            sum(committed_idle_cost) over (
                partition by {{ type_day | join(', ') }}
            ) as all_committed_idle_cost
        from committed
    ) as of_type
    left join worked_on_demand using ({{ type_day | join(', ') }})

)

select * from freed
