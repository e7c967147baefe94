-- Each scenario in its newest row, and what the machines that it would give up cost and did
-- in each closed month. Days of a month that is not closed are in no row: they show in
-- fct_gpu_hour_costs. A scenario without machines in a month is a row all the same.
{%- set machine = [
    'source_name', 'node_name', 'instance_type', 'sub_account_id', 'resource_id',
    'resource_name',
] %}
{%- set day = [
    'source_name', 'node_name', 'billing_currency', 'charge_date',
    'billing_period_start',
] %}
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
        {{ day | join(', ') }},
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
    left join served using ({{ day | join(', ') }})
    where last_day(billing_period_start) <= closed.closed_date

),

-- By which names a machine is found: its own, whatever the day, and what it served on one.
names as (

    select distinct
        {{ machine | join(', ') }},
        unnest([
            'machine_type', 'account', 'resource', 'resource', 'resource'
        ]) as scope_type,
        lower(unnest([
            instance_type, case when gpu_hours > 0 then sub_account_id end,
            resource_id, resource_name, node_name
        ])) as scope_value
    from machines

),

named as (

    select
        machines.{{ day | join(', machines.') }},
        names.scope_type,
        names.scope_value
    from names
    semi join scenarios
        on
            names.scope_type = scenarios.scope_type
            and names.scope_value = lower(scenarios.scope_value)
    inner join machines
        on
            {% for column in machine -%}
            {{ 'and ' if not loop.first -}}
            machines.{{ column }} is not distinct from names.{{ column }}
            {% endfor -%}
            -- A machine without GPUs is in no account's scenario.
            and (names.scope_type != 'account' or machines.gpu_hours > 0)

    union

    select
        machines.{{ day | join(', machines.') }},
        unnest(['workload', 'deployment']) as scope_type,
        lower(unnest([placed.workload_name, placed.deployment_id])) as scope_value
    from machines
    inner join placed
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
    inner join machines using ({{ day | join(', ') }})
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
