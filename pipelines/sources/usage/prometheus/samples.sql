-- The samples of one table's metrics, each with the interval that it closes and why it
-- is left out. A sample stands for the time since the one before it in its series.
with read as (
    {rows}
),

known as (
    select
        read.* replace (
            regexp_replace(host_name, ':\d+$', '') as host_name,
            -- aws:///us-east-1a/i-0abc: the id ends with the machine's own.
            regexp_replace(machine_id, '^(aws:///[^/]*/|azure://)', '') as machine_id,
            -- What DCGM's exporter reports of itself where no pod holds the GPU.
            case when pod_name not like '%dcgm-exporter%' then pod_name end as pod_name
        ),
        metrics.* exclude (metric, table_name),
        try_cast(sample_value as double) * factor as value
    from read
    inner join {metrics} as metrics on read.metric = metrics.metric
    where metrics.table_name = {table}
),

named as (
    select
        known.* replace (
            coalesce(node_name, host_name) as node_name,
            case when pod_name is not null then namespace end as namespace
        ),
        coalesce(gpu_uuid, coalesce(node_name, host_name) || '/' || gpu_index)
        || coalesce('/' || mig_id, '') as gpu_id,
        {table} = 'gpu_usage' and quantity != 'queue' as is_gpu,
        coalesce(machine_id, node_name, host_name) as resource_id,
        coalesce(namespace || '/' || pod_name, pod_name, node_name, host_name) as holder
    from known
),

-- What a label says of a server holds for its series without one: SGLang's counters of
-- tokens have none. Two servers of one holder that differ lend them no role.
labelled as (
    select
        *,
        case when own_role in ('prefill', 'decode') then own_role end as told_role
    from named
),

roles as (
    select
        holder,
        model_id,
        case when min(told_role) = max(told_role) then min(told_role) end as lent_role
    from labelled
    where told_role is not null
    group by holder, model_id
),

roled as (
    select
        labelled.*,
        coalesce(told_role, lent_role) as server_role
    from labelled
    left join roles
        on
            labelled.holder = roles.holder
            and labelled.model_id is not distinct from roles.model_id
),

-- A GPU that moves from pod to pod is one series; a counter starts anew with each.
judged as (
    select
        roled.*,
        hash(metric, case when is_gpu then hash(gpu_id) else labels_id end) as series,
        case
            when has_odd_labels then 'labels that are no JSON object'
            when sampled_at is null then 'a time that is none'
            when value is null or not isfinite(value) then 'not a number'
            when
                mig_profile is not null
                and not regexp_matches(mig_profile, '(^|\D)[1-7]g\.')
                then 'a MIG profile that names no slices'
            when value >= {sentinel} then 'a number that stands for no value'
            when value < minimum or value > maximum
                then 'a value that its metric cannot have'
            when sampled_at > written_until then 'later than its file was written'
            when is_gpu and gpu_id is null then 'a GPU without UUID or node and index'
        end as own_reason
    from roled
    inner join (values {clocks}) as clock (delivery_id, written_until)
        on roled.delivery_id = clock.delivery_id
),

-- The one that closes an interval within its file is preferred, then the newer one.
once as (
    select
        *,
        coalesce(own_reason, case when row_number() over (
            partition by series, sampled_at, own_reason is null
            order by pod_name is null, month, age desc, row_number desc
        ) > 1 then 'its series has the moment again' end) as row_reason
    from judged
),

before as (
    select
        *,
        lag(sampled_at) over in_order as previous_at,
        lag(value) over in_order as previous_value
    from once
    window in_order as (
        partition by series, row_reason is null order by sampled_at
    )
),

stepped as (
    select
        *,
        epoch(sampled_at) - epoch(previous_at) as gap,
        median(gap) over (partition by series, row_reason is null) as step
    from before
)

select
    *,
    coalesce(row_reason, case
        when previous_at is null then 'the first of its series'
        when gap > {gap_steps} * step then 'the first after a gap'
    end) as left_out,
    least(gap, step) as seconds,
    -- A counter that falls was reset: it counts from 0.
    case when value >= previous_value then value - previous_value else value end
        as increase,
    -- At 13:00 a sample closes the hour of 12.
    greatest(date_trunc('hour', sampled_at - interval 1 microsecond), month) as hour
from stepped
where month = {month}
