-- Each scenario in its newest row, and what the machines that it would give up cost and did
-- in each closed month. Days of a month that is not closed are in no row: they show in
-- fct_gpu_hour_costs. A scenario without machines in a month is a row all the same.
{%- set day = [
    'source_name', 'node_name', 'billing_currency', 'charge_date',
    'billing_period_start',
] | join(', ') %}
with

scenarios as (

    select * exclude (delivery_id, source_row_number, valid_to)
    from {{ ref('stg_lists__migration_scenarios') }}
    qualify row_number() over (partition by scenario_id order by valid_from desc) = 1

),

placed as (

    select * from {{ ref('int_deployments_by_node') }}

),

served as (

    select
        {{ day }},
        sum(calls.input_token_count + calls.output_token_count) as token_count
    from {{ ref('int_self_hosted_requests_by_server') }} as calls
    inner join {{ ref('int_serving_costs_daily') }} using (server_number)
    group by all

),

machines as (

    select
        machines.*,
        served.token_count
    from {{ ref('int_machines_daily') }} as machines
    inner join {{ ref('int_days_closed') }} as closed using (source_name)
    left join served using ({{ day }})
    where last_day(billing_period_start) <= closed.closed_date

),

-- By which names a machine is found on a day.
named as (

    select distinct
        machines.{{ day | replace(', ', ', machines.') }},
        unnest([
            'machine_type', 'account', 'resource', 'resource', 'resource', 'workload',
            'deployment'
        ]) as scope_type,
        lower(unnest([
            machines.instance_type,
            case when machines.gpu_hours > 0 then machines.sub_account_id end,
            machines.resource_id, machines.resource_name, machines.node_name,
            placed.workload_name, placed.deployment_id
        ])) as scope_value
    from machines
    left join placed
        on
            machines.source_name = placed.source_name
            and machines.node_name = placed.node_name
            and machines.charge_date >= cast(placed.valid_from as date)
            and coalesce(machines.charge_date < placed.valid_to, true)
            and coalesce(machines.charge_date = placed.seen_on, true)

),

machine_days as (

    select
        scenarios.scenario_id,
        machines.*,
        count(*) over (partition by scenarios.scenario_id, machines.charge_date)
            as machine_count
    from named
    inner join machines using ({{ day }})
    inner join scenarios
        on
            named.scope_type = scenarios.scope_type
            and named.scope_value = lower(scenarios.scope_value)
            and named.billing_currency = scenarios.billing_currency

),

measured as (

    select
        scenario_id,
        billing_period_start,
        max(machine_count) as unit_count,
        {% for sum_of in [
            'machine_hours', 'gpu_hours', 'training_gpu_hours', 'token_count',
            'effective_cost', 'committed_cost',
        ] %}
        sum({{ money('coalesce(' ~ sum_of ~ ', 0)') }}) as {{ sum_of }}
        {%- if not loop.last %},{% endif %}
        {% endfor %}
    from machine_days
    group by all

),

months as (

    select distinct billing_period_start from machines

)

select
    scenarios.*,
    months.billing_period_start,
    measured.* exclude (scenario_id, billing_period_start)
from scenarios
cross join months
left join measured using (scenario_id, billing_period_start)
