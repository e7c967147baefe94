{%- set parts = [
    ('cpu', 'cpu_requested_core_hours', 'cpu_used_core_hours'),
    ('memory', 'memory_requested_gib_hours', 'memory_used_gib_hours'),
    ('gpu', 'gpu_requested_hours', 'gpu_used_hours'),
] %}
with

nodes as (

    select * from {{ ref('int_kubernetes_nodes_daily') }}

),

shares as (

    select * from {{ ref('int_kubernetes_shares_daily') }}

),

-- The tool's weights are scaled so that the parts of a node sum to its bill.
split as (

    select
        nodes.source_name,
        nodes.sub_account_id,
        shares.*,
        nodes.billing_currency,
        nodes.billing_period_start,
        nodes.is_main_bill,
        {% for cost in ['billed_cost', 'effective_cost'] %}
        {{ portion(
            'nodes.' ~ cost, 'shares.running_charged_weight', 'shares.charged_weight',
            'shares.whole_charged_weight'
        ) }} as {{ cost }},
        {% endfor %}
        -- What the workload held, without idle cost that the policy lays on it.
        case
            when shares.is_idle or shares.weight = 0 then 0
            else 1 / cast(shares.whole_weight as double)
        end * cast(nodes.effective_cost as double) as cost_per_weight

    from nodes

    inner join shares using (cluster_name, node_name, charge_date)

),

priced as (

    select
        {% for part, requested, used in parts %}
        {{ money('cost_per_weight * ' ~ part ~ '_weight') }} as {{ part }}_cost,
        case
            when is_idle or {{ part }}_weight = 0 then 0
            else {{ money(
                'cost_per_weight * ' ~ part ~ '_weight * ' ~ requested ~ ' / '
                ~ 'nullif(' ~ part ~ '_held_hours, 0)'
            ) }}
        end as {{ part }}_requested_cost,
        case
            when is_idle or {{ part }}_weight = 0 then 0
            else {{ money(
                'cost_per_weight * ' ~ part ~ '_weight * ' ~ used ~ ' / '
                ~ 'nullif(' ~ part ~ '_held_hours, 0)'
            ) }}
        end as {{ part }}_used_cost,
        {% endfor %}
        *
    from split

),

final as (

    select
        coalesce(source_name, 'unassigned') as source_name,
        coalesce(sub_account_id, 'unassigned') as sub_account_id,
        cluster_name,
        node_name,
        namespace,
        controller_kind,
        controller_name,
        idle_policy,
        idle_source,
        billing_currency,
        {% for _, requested, used in parts %}
        {{ money('case when is_main_bill then ' ~ requested ~ ' end') }}
            as {{ requested }},
        {{ money('case when is_main_bill then ' ~ used ~ ' end') }} as {{ used }},
        {% endfor %}
        {{ money('billed_cost') }} as billed_cost,
        {{ money('effective_cost') }} as effective_cost,
        cpu_cost,
        memory_cost,
        gpu_cost,
        {{ money(
            "case when is_idle then effective_cost "
            ~ "when idle_source = 'unknown' then null when idle_policy = 'share' "
            ~ "then effective_cost - cpu_cost - memory_cost - gpu_cost "
            ~ "else effective_cost * 0 end"
        ) }} as idle_cost,
        {{ money('cpu_requested_cost + memory_requested_cost + gpu_requested_cost') }}
            as requested_cost,
        {{ money('cpu_used_cost + memory_used_cost + gpu_used_cost') }} as used_cost,
        billing_currency is not null as is_billed,
        charge_date,
        billing_period_start

    from priced

)

-- An idle rest that the policy lays on workloads is no row.
select * from final
where controller_name != '__idle__' or effective_cost != 0
