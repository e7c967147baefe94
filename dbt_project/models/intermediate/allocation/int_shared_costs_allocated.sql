-- Costs per day and owner after sharing. Each step takes the costs that its rules share
-- and lays them on the rule's targets, by what these cost in the month (proportional), in
-- equal parts (even), or by the weights of the rule (fixed, driver); an unused commitment
-- goes to the teams that used the commitment. What has no target stays where it is.
-- No engine needs recursion for it: there are as many steps as int_shared_cost_rules may
-- have, and one without rules changes nothing. A step reads the one before it three times,
-- so each is materialized: written down, not repeated.
{%- set costs = ['billed_cost', 'effective_cost', 'contracted_cost', 'list_cost'] %}
with

rules as (

    select * from {{ ref('int_shared_cost_rules') }}

),

costs_0 as (

    select * from {{ ref('int_showback_before_sharing') }}

),

{% for step in range(1, sharing_steps() + 1) %}
before_{{ step }} as materialized (

    select
        *,
        row_number() over () as cost_number
    from costs_{{ step - 1 }}

),

pooled_{{ step }} as (

    select
        before.*,
        rules.rule_id,
        rules.valid_from
    from before_{{ step }} as before
    inner join rules
        on
            rules.step = {{ step }}
            and before.charge_date >= rules.valid_from
            and before.charge_date < rules.valid_until
    where {{ is_shared('before', 'rules') }}
    qualify
        row_number() over (
            partition by before.cost_number
            order by rules.rule_id, rules.target_pattern
        ) = 1

),

kept_{{ step }} as (

    select before.*
    from before_{{ step }} as before
    anti join pooled_{{ step }} as pooled
        on before.cost_number = pooled.cost_number

),

takers_{{ step }} as (

    {{ sharing_targets('kept_' ~ step) }}

),

weighed_{{ step }} as (

    {{ weighed_targets('pooled_' ~ step, 'takers_' ~ step, 'rules') }}

),

parts_{{ step }} as (

    select
        *,
        sum(part) over (partition by cost_number) as whole
    from weighed_{{ step }}

),

given_{{ step }} as (

    {{ given_parts('parts_' ~ step, costs) }}

),

costs_{{ step }} as (

    select * exclude (cost_number) from kept_{{ step }}

    union all by name

    select * from given_{{ step }}

    union all by name

    select pooled.* exclude (cost_number, rule_id, valid_from)
    from pooled_{{ step }} as pooled
    anti join parts_{{ step }} as parts on pooled.cost_number = parts.cost_number

){{ ',' if not loop.last }}

{% endfor %}
select * from costs_{{ sharing_steps() }}
