-- What each finding saves after those that come before it, so that no money is saved twice.
-- In the order of the seed, a lever saves of its scope the same part of what the levers
-- before it left there. Runs, machines and Spot lie across each other, so levers of
-- machines do the same once more within all machines of the source: rather too little
-- than twice. So nothing saves more than its scope, nor all of it more than the machines.
{%- set month = ['source_name', 'billing_currency', 'billing_period_start'] %}
with

findings as (

    {% for kind in ['machines', 'tokens', 'bills'] %}
    select *, '{{ kind }}' as kind from {{ ref('int_findings_of_' ~ kind) }}
    {% if not loop.last %}union all by name{% endif %}
    {% endfor %}

),

levers as (

    select * from {{ ref('opportunity_levers') }}

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
        lever,
        levers.lever_order,
        levers.scope_type,
        coalesce(findings.service_provider_name, 'unassigned')
            as service_provider_name,
        coalesce(findings.sub_account_id, 'unassigned') as sub_account_id,
        coalesce(findings.scope_value, 'unassigned') as scope_value,
        findings.detail,
        {{ money('findings.scope_cost') }} as scope_cost,
        {{ money('least(findings.gross_saving, findings.scope_cost)') }}
            as gross_saving
    from findings
    inner join levers using (lever)

),

by_scope as (

    select
        {{ month | join(', ') }},
        scope_type,
        sub_account_id,
        scope_value,
        lever_order,
        least(1, sum(gross_saving) / cast(max(scope_cost) as double)) as part
    from described
    group by all

),

left_in_scope as (

    select
        * exclude (part),
        coalesce(product(1 - part) over (
            partition by
                {{ month | join(', ') }}, scope_type, sub_account_id, scope_value
            order by lever_order
            rows between unbounded preceding and 1 preceding
        ), 1) as scope_left
    from by_scope

),

in_scope as (

    select
        *,
        gross_saving * scope_left as scope_saving
    from described
    inner join left_in_scope using (
        {{ month | join(', ') }}, scope_type, sub_account_id, scope_value, lever_order
    )

),

left_of_machines as (

    select
        {{ month | join(', ') }},
        lever_order,
        'machines' as kind,
        coalesce(product(
            1 - least(1, sum(scope_saving) / cast(any_value(machine_cost) as double))
        ) over (
            partition by {{ month | join(', ') }}
            order by lever_order
            rows between unbounded preceding and 1 preceding
        ), 1) as machines_left
    from in_scope
    inner join machines using ({{ month | join(', ') }})
    where kind = 'machines'
    group by {{ month | join(', ') }}, lever_order

)

select
    in_scope.* exclude (kind, scope_left, scope_saving),
    {{ money('scope_saving * coalesce(machines_left, 1)') }} as net_saving
from in_scope
left join left_of_machines using ({{ month | join(', ') }}, lever_order, kind)
