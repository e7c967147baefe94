{#- How many steps of sharing there may be, with that of unused commitments. -#}
{% macro sharing_steps() -%}
    {{ return(6) }}
{%- endmacro %}

{#- Whether a rule of sharing means a cost. Zero costs stay where they are. -#}
{% macro is_shared(cost, rule) -%}
    case {{ rule }}.share_kind
        when 'unused_commitment'
            then
                {{ cost }}.is_unused_commitment
                and lower({{ cost }}.commitment_discount_id)
                glob {{ rule }}.share_pattern
        when 'unassigned' then {{ cost }}.allocation_step = 'unassigned'
        {%- for kind, column in {
            'team': 'team_name', 'project': 'project_name',
            'workload': 'workload_name', 'sub_account': 'sub_account_id',
            'service': 'service_name', 'ai_cost_class': 'ai_cost_class',
            'charge_category': 'charge_category',
        }.items() %}
        when '{{ kind }}'
            then lower({{ cost }}.{{ column }}) glob {{ rule }}.share_pattern
        {%- endfor %}
    end
    and greatest(
        abs({{ cost }}.billed_cost), abs({{ cost }}.effective_cost),
        abs({{ cost }}.contracted_cost), abs({{ cost }}.list_cost)
    ) > 0
{%- endmacro %}

{#-
  Who may take shared costs in a month, and what they cost: teams, projects, and for each
  commitment the teams that used it.
-#}
{% macro sharing_targets(costs) -%}
    select
        billing_period_start,
        target_kind,
        target_name,
        commitment,
        {{ of_largest('team_name', 'weighing_cost') }} as team_name,
        sum(weighing_cost) as cost
    from (
        {%- for kind, commitment in [
            ('team', "''"), ('project', "''"), ('team', 'commitment_discount_id'),
        ] %}
        select
            billing_period_start,
            '{{ kind }}' as target_kind,
            {{ kind }}_name as target_name,
            {{ commitment }} as commitment,
            team_name,
            weighing_cost
        from {{ costs }}
        where
            {{ kind }}_name != 'unassigned'
            and {{ commitment }} is not null
            and not is_unused_commitment
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    ) as takers
    group by all
{%- endmacro %}

{#- The parts of shared costs, each now its target's; they sum to what was shared. -#}
{% macro given_parts(parts, costs) -%}
    select
        * exclude (
            cost_number, rule_id, valid_from, method, target_kind, target_name,
            target_team, part, whole
        ) replace (
            case target_kind
                when 'team' then target_name
                else coalesce(target_team, 'unassigned')
            end as team_name,
            case target_kind when 'project' then target_name else 'unassigned' end
                as project_name,
            'shared' as allocation_step,
            method as allocation_method,
            {%- for cost in costs %}
            {{ largest_remainder(cost, 'part', 'whole', 'cost_number', 'target_name') }}
                as {{ cost }},
            {%- endfor %}
            {{ money(
            'cast(weighing_cost as double) * cast(part as double) / cast(whole as double)'
        ) }} as weighing_cost
        )
    from {{ parts }}
{%- endmacro %}

{#-
  Each pooled cost with each target of its rule, and which part the target takes. A target
  that is named without `*` needs no cost of its own, unless costs are what weighs.
-#}
{% macro weighed_targets(pooled, takers, rules) -%}
    select
        * exclude (weight),
        {{ portion_weight('weight', 'cost_number') }} as part
    from (
        select
            {{ pooled }}.*,
            {{ rules }}.method,
            {{ rules }}.target_kind,
            coalesce({{ takers }}.target_name, {{ rules }}.target_pattern)
                as target_name,
            {{ takers }}.team_name as target_team,
            case
                when {{ rules }}.method = 'even' then 1
                when {{ rules }}.method in ('fixed', 'driver') then {{ rules }}.weight
                else {{ takers }}.cost
            end as weight
        from {{ pooled }}
        inner join {{ rules }} using (rule_id, valid_from)
        left join {{ takers }}
            on
                {{ pooled }}.billing_period_start = {{ takers }}.billing_period_start
                and {{ rules }}.target_kind = {{ takers }}.target_kind
                and lower({{ takers }}.target_name) glob {{ rules }}.target_pattern
                and {{ takers }}.commitment = case {{ rules }}.method
                    when 'commitment' then {{ pooled }}.commitment_discount_id
                    else ''
                end
        where
            {{ takers }}.target_name is not null
            or not contains({{ rules }}.target_pattern, '*')
    ) as targets
    where weight > 0
{%- endmacro %}
