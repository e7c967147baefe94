-- Costs per day and owner after sharing. Each step takes the costs that its rules share
-- and lays them on the rule's targets, by what these cost in the month (proportional), in
-- equal parts (even), or by the weights of the rule (fixed, driver); an unused commitment
-- goes to the teams that used the commitment. What has no target stays where it is.
{%- set costs = ['billed_cost', 'effective_cost', 'contracted_cost', 'list_cost'] %}
with recursive

rules as (

    select * from {{ ref('int_shared_cost_rules') }}

),

shared as (

    select
        *,
        0 as step
    from {{ ref('int_showback_before_sharing') }}

    union all

    (

        with

        before as (

            select
                *,
                row_number() over () as cost_number
            from shared
            where step < (select max(step) from rules)

        ),

        pooled as (

            select
                before.*,
                rules.rule_id,
                rules.valid_from
            from before
            inner join rules
                on
                    before.step + 1 = rules.step
                    and before.charge_date >= rules.valid_from
                    and before.charge_date < rules.valid_until
            where {{ is_shared('before', 'rules') }}
            qualify
                row_number() over (
                    partition by before.cost_number
                    order by rules.rule_id, rules.target_pattern
                ) = 1

        ),

        kept as (

            select before.*
            from before
            left join pooled on before.cost_number = pooled.cost_number
            where pooled.cost_number is null

        ),

        takers as (

            {{ sharing_targets('kept') }}

        ),

        weighed as (

            {{ weighed_targets('pooled', 'takers', 'rules') }}

        ),

        parts as (

            select
                *,
                sum(part) over (partition by cost_number) as whole
            from weighed

        ),

        given as (

            {{ given_parts('parts', costs) }}

        )

        select * exclude (cost_number) replace (step + 1 as step) from kept

        union all by name

        select * from given

        union all by name

        select
            pooled.* exclude (cost_number, rule_id, valid_from)
            replace (pooled.step + 1 as step)
        from pooled
        left join parts on pooled.cost_number = parts.cost_number
        where parts.cost_number is null

    )

)

select * exclude (step)
from shared
where step = (select coalesce(max(step), 0) from rules)
