with

needs as (

    select * from {{ ref('int_gpu_needs_monthly') }}

),

targets as (

    select * from {{ ref('int_gpu_targets') }}

),

-- A kernel that runs on a model server says that the server is up, not that it has work.
judged as (

    select
        *,
        case
            when busy_signal is null then 'no telemetry says what it was busy with'
            when observed_gpu_hours < least_observed * available_gpu_hours
                then 'telemetry saw too few of its hours'
            when
                is_server and busy_signal in (
                    'DCGM_FI_DEV_GPU_UTIL', 'nv_gpu_utilization', 'gpu_pod_utilization'
                )
                then 'utilization is no busy signal of a model server'
        end as unproven
    from needs

),

joined as (

    select
        judged.*,
        targets.* exclude (
            source_name, node_name, billing_currency, billing_period_start
        ),
        cast(judged.machine_cost as double) as cost_of_hours,
        cost_of_hours - case targets.target_kind
            when 'instance_type'
                then targets.target_price_per_hour * judged.machine_hours
            when 'mig_slice' then cost_of_hours * targets.target_gpus
        end as reduction,
        -- A slice leaves the machine's bill as it is, and so does what a commitment pays.
        case
            when targets.target_kind = 'mig_slice' then reduction
            else
                {{ committed_share('judged.committed_cost', 'cost_of_hours') }}
                * reduction
        end as freed,
        reduction - freed as saving,
        coalesce(reduction > 0, false) as is_proposed
    from judged
    left join targets
        on
            judged.source_name = targets.source_name
            and judged.node_name = targets.node_name
            and judged.billing_currency = targets.billing_currency
            and judged.billing_period_start = targets.billing_period_start
            and judged.unproven is null

),

final as (

    select
        source_name,
        service_provider_name,
        sub_account_id,
        node_name,
        resource_id,
        instance_type,
        gpu_model,
        cast(gpu_count as bigint) as gpu_count,
        is_server,
        busy_signal,
        billing_currency,
        {{ money('machine_hours') }} as machine_hours,
        {{ money('available_gpu_hours') }} as available_gpu_hours,
        {{ money('observed_gpu_hours') }} as observed_gpu_hours,
        {{ ratio('observed_gpu_hours', 'available_gpu_hours') }} as observed_ratio,
        cast(working_hours as bigint) as working_hours,
        {{ money('busy_gpus_p50') }} as busy_gpus_p50,
        {{ money('busy_gpus_p95') }} as busy_gpus_p95,
        {{ money('kv_cache_p95') }} as kv_cache_p95,
        {{ money('memory_used_gib_p95') }} as gpu_memory_used_gib_p95,
        {{ money('memory_total_gib') }} as gpu_memory_gib,
        {{ money('memory_total_gib - memory_used_gib') }} as gpu_memory_headroom_gib,
        {{ money('needed_gpus') }} as needed_gpus,
        {{ money('effective_cost') }} as effective_cost,
        case when is_proposed then target_kind end as target_kind,
        case when is_proposed then target_name end as target_name,
        case when is_proposed then {{ money('target_gpus') }} end as target_gpus,
        case when is_proposed then target_price_source end as target_price_source,
        case when is_proposed then {{ money('saving') }} end as monthly_saving,
        case when is_proposed then {{ money('freed') }} end as freed_capacity_cost,
        case
            when not is_proposed then null
            when target_kind = 'mig_slice'
                then 'medium: saves only when others use the rest'
            when freed > saving
                then 'medium: a commitment pays for it until other work takes its hours'
            when target_price_source = 'own GPU hour'
                then 'high: nobody here paid for it, so its price is a guess'
            else 'medium: cores and main memory shrink with the machine'
        end as risk,
        case
            when is_proposed then null
            when unproven is not null then unproven
            when needed_gpus >= gpu_count then 'its work needs the GPUs that it has'
            when target_name is not null then 'the smaller machine costs no less'
            else 'its provider has no smaller machine of this GPU'
        end as no_target_reason,
        billing_period_start
    from joined

)

select * from final
