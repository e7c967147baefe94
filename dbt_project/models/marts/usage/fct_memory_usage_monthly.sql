with

memory as (

    select * from {{ ref('int_kubernetes_memory_monthly') }}

),

workloads as (

    select * from {{ ref('fct_kubernetes_costs') }}

),

costs as (

    select
        cluster_name,
        node_name,
        billing_currency,
        billing_period_start,
        sum(memory_cost) as memory_cost
    from workloads
    group by all

),

joined as (

    select
        memory.*,
        costs.memory_cost
    from memory
    left join costs
        on
            memory.cluster_name = costs.cluster_name
            and memory.node_name = costs.node_name
            and memory.billing_period_start = costs.billing_period_start
            and memory.billing_currency is not distinct from costs.billing_currency

),

final as (

    select
        coalesce(source_name, 'unassigned') as source_name,
        coalesce(sub_account_id, 'unassigned') as sub_account_id,
        cluster_name,
        node_name,
        billing_currency,
        cast(vcpu_count as bigint) as vcpu_count,
        cast(memory_gib as bigint) as memory_gib,
        memory_gib >= 8 * vcpu_count as is_high_memory,
        {{ money('capacity_gib_hours') }} as capacity_gib_hours,
        {{ money('requested_gib_hours') }} as requested_gib_hours,
        {{ money('used_gib_hours') }} as used_gib_hours,
        {{ ratio('used_gib_hours', 'capacity_gib_hours') }} as used_memory_ratio,
        {{ money('used_gib_p95') }} as used_gib_p95,
        {{ money('used_gib_max') }} as used_gib_max,
        {{ money('needed_gib') }}
            as needed_memory_gib,
        {{ money('memory_gib - needed_gib') }}
            as unneeded_memory_gib,
        {{ money('memory_cost') }} as memory_cost,
        case
            when used_gib_hours is not null then
                {{ money(
                    'cast(memory_cost as double) * greatest(0, 1 - used_gib_hours '
                    ~ '/ nullif(greatest(requested_gib_hours, used_gib_hours), 0))'
                ) }}
        end as unused_memory_cost,
        billing_period_start
    from joined

)

select * from final
