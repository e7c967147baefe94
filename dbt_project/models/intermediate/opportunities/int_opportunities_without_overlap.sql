-- What each finding saves after those that come before it, so that no money is saved twice.
-- In the order of the seed, a type saves of its scope the same part of what the types
-- before it left there. Runs, machines and Spot lie across each other, so types of
-- machines do the same once more within all machines of the source: rather too little
-- than twice. So nothing saves more than its scope, nor all of it more than the machines.
-- Capacity that is freed and paid all the same takes its turn like a saving, and is none.
{%- set month = ['source_name', 'billing_currency', 'billing_period_start'] %}
{%- set scope = month + ['scope_type', 'sub_account_id', 'scope_value'] %}
with

findings as (

    {% for found, kind in {
        'machines': 'machines', 'runs': 'machines', 'variants': 'machines',
        'tokens': 'tokens', 'bills': 'bills',
    }.items() %}
    select *, '{{ kind }}' as kind from {{ ref('int_opportunities_from_' ~ found) }}
    {% if not loop.last %}union all by name{% endif %}
    {% endfor %}

),

machines as (

    select
        {{ month | join(', ') }},
        sum(effective_cost) as machine_cost
    from {{ ref('int_machine_charges') }}
    group by all

),

described as (

    select
        {{ month | join(', ') }},
        findings.kind,
        opportunity_type,
        types.opportunity_order,
        types.scope_type,
        {% for name in ['service_provider_name', 'sub_account_id', 'scope_value'] %}
        coalesce(findings.{{ name }}, 'unassigned') as {{ name }},
        {% endfor %}
        findings.detail,
        {{ money('findings.scope_cost') }} as scope_cost,
        gross_saving + coalesce(freed_capacity_cost, 0) as all_cost,
        {{ money('least(all_cost, findings.scope_cost)') }} as taken_cost,
        coalesce({{ ratio('gross_saving', 'all_cost') }}, 0) as saved_part
    from findings
    inner join {{ ref('opportunity_types') }} as types using (opportunity_type)

),

by_scope as (

    select
        {{ scope | join(', ') }},
        opportunity_order,
        least(1, sum(taken_cost) / cast(max(scope_cost) as double)) as part
    from described
    group by all

),

left_in_scope as (

    select
        * exclude (part),
        coalesce(product(1 - part) over (
            partition by {{ scope | join(', ') }}
            order by opportunity_order
            rows between unbounded preceding and 1 preceding
        ), 1) as scope_left
    from by_scope

),

in_scope as (

    select
        *,
        taken_cost * scope_left as scope_taken
    from described
    inner join left_in_scope using ({{ scope | join(', ') }}, opportunity_order)

),

left_of_machines as (

    select
        {{ month | join(', ') }},
        opportunity_order,
        'machines' as kind,
        coalesce(product(
            1 - least(1, sum(scope_taken) / cast(any_value(machine_cost) as double))
        ) over (
            partition by {{ month | join(', ') }}
            order by opportunity_order
            rows between unbounded preceding and 1 preceding
        ), 1) as machines_left
    from in_scope
    inner join machines using ({{ month | join(', ') }})
    where kind = 'machines'
    group by {{ month | join(', ') }}, opportunity_order

)

select
    in_scope.* exclude (
        kind, scope_left, scope_taken, all_cost, taken_cost, saved_part
    ),
    {{ money('cast(taken_cost as double) * saved_part') }} as gross_saving,
    {{ money('scope_taken * saved_part * coalesce(machines_left, 1)') }} as net_saving,
    {{ money('scope_taken * (1 - saved_part) * coalesce(machines_left, 1)') }}
        as freed_capacity_cost
from in_scope
left join left_of_machines using ({{ month | join(', ') }}, opportunity_order, kind)
