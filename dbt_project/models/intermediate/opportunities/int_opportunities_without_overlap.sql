-- What each finding saves after those that come before it, so that no money is saved twice.
-- Money can be saved twice only where two findings take it from the same pool: the hours of
-- one machine that nobody held, that training held, or the rest; else the scope itself.
-- Waste is disjoint by what it is made of, so all of it takes its whole part at once. What
-- would be bought smaller or cheaper after that saves of a pool, in the order of the seed,
-- the same part of what was left there. Capacity that is freed and paid all the same takes
-- its turn like a saving, and is none.
{%- set month = ['source_name', 'billing_currency', 'billing_period_start'] %}
with

findings as (

    {% for found in ['machines', 'runs', 'variants', 'tokens', 'bills',
        'seats', 'coding_models'] %}
    select * from {{ ref('int_opportunities_from_' ~ found) }}
    {% if not loop.last %}union all by name{% endif %}
    {% endfor %}

),

described as (

    select
        row_number() over (
            order by
                {{ month | join(', ') }}, opportunity_type, service_provider_name,
                sub_account_id, scope_value, detail, scope_cost, gross_saving,
                freed_capacity_cost
        ) as finding_number,
        {{ month | join(', ') }},
        opportunity_type,
        types.opportunity_order,
        types.scope_type,
        if(types.waste_kind = 'not_waste', types.opportunity_order, 0) as step,
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

pools as (

    select * from {{ ref('int_machine_cost_pools') }}

),

-- Where a resource is idle in two ways, each takes from its own pool.
placed as (

    select
        described.finding_number,
        taken.node_name,
        taken.pool_kind,
        pools.pool_cost,
        taken.weight / sum(taken.weight) over (partition by described.finding_number)
            as part
    from described
    inner join {{ ref('int_opportunity_pools') }} as taken
        using (opportunity_type, scope_value, {{ month | join(', ') }})
    inner join pools using (node_name, pool_kind, {{ month | join(', ') }})
    where coalesce(taken.detail = described.detail, true)

),

shares as (

    select
        described.*,
        coalesce(placed.node_name, described.sub_account_id || described.scope_value)
            as pool_name,
        coalesce(placed.pool_kind, described.scope_type) as pool_kind,
        cast(coalesce(placed.pool_cost, described.scope_cost) as double) as pool_cost,
        cast(described.taken_cost as double) * coalesce(placed.part, 1) as taken
    from described
    left join placed using (finding_number)

),

steps as (

    select
        {{ month | join(', ') }},
        pool_name,
        pool_kind,
        step,
        max(pool_cost) as cost,
        {{ exact_sum('taken') }} / nullif(cost, 0) as part
    from shares
    group by all

),

left_in_pool as (

    select
        * exclude (cost, part),
        1 / greatest(part, 1) as fits,
        -- Engines multiply in another order.
        round(coalesce(product(1 - least(part, 1)) over (
            partition by {{ month | join(', ') }}, pool_name, pool_kind
            order by step
            rows between unbounded preceding and 1 preceding
        ), 1), 15) as pool_left
    from steps

),

summed_to_finding as (

    select
        finding_number,
        {{ exact_sum('taken * fits * pool_left') }} as taken
    from shares
    inner join left_in_pool
        using (pool_name, pool_kind, step, {{ month | join(', ') }})
    group by all

)

select
    described.* exclude (finding_number, step, all_cost, taken_cost, saved_part),
    {{ money('cast(taken_cost as double) * saved_part') }} as gross_saving,
    {{ money('taken * saved_part') }} as net_saving,
    {{ money('taken * (1 - saved_part)') }} as freed_capacity_cost
from described
inner join summed_to_finding using (finding_number)
