-- sacct records to training_attempts. Times are local to the cluster.
with newest as (
    select *
    from ({records})
    where left_out is null
),

-- "gpu-[01-03,7],login" is one text; first the parts, then the numbers in brackets.
node_parts as (
    select
        delivery_id,
        row_number,
        unnest(regexp_extract_all("NodeList", '[^,\[]+(?:\[[^\]]*\])?')) as part
    from newest
),

node_ranges as (
    select
        delivery_id,
        row_number,
        split_part(part, '[', 1) as prefix,
        unnest(
            case
                when part like '%[%'
                    then string_split(regexp_extract(part, '\[(.*)\]', 1), ',')
                else ['']
            end
        ) as numbers
    from node_parts
),

nodes as (
    select
        delivery_id,
        row_number,
        list(node_name order by node_name) as node_names
    from (
        select
            delivery_id,
            row_number,
            unnest(
                case
                    when numbers = '' then [prefix]
                    when numbers not like '%-%' then [prefix || numbers]
                    else list_transform(
                        range(
                            cast(split_part(numbers, '-', 1) as bigint),
                            cast(split_part(numbers, '-', 2) as bigint) + 1
                        ),
                        lambda number: prefix || lpad(
                            cast(number as varchar),
                            cast(greatest(
                                length(split_part(numbers, '-', 1)),
                                length(cast(number as varchar))
                            ) as integer),
                            '0'
                        )
                    )
                end
            ) as node_name
        from node_ranges
    )
    group by all
)

select
    'slurm:' || coalesce("Cluster" || ':', '') || "JobIDRaw" as run_id,
    'slurm:' || coalesce("Cluster" || ':', '') || "JobIDRaw" || ':' || "Start"
        as attempt_id,
    nullif("JobName", '') as run_name,
    nullif("Account", '') as project_name,
    "JobIDRaw" as scheduler_job_id,
    case split_part("State", ' ', 1)
        when 'COMPLETED' then 'completed'
        when 'RUNNING' then 'running'
        when 'SUSPENDED' then 'running'
        when 'TIMEOUT' then 'timeout'
        when 'CANCELLED' then 'cancelled'
        when 'PREEMPTED' then 'preempted'
        when 'REQUEUED' then 'preempted'
        else 'failed'
    end as status,
    "State" as status_detail,
    timezone('UTC', timezone({time_zone}, try_cast("Submit" as timestamp)))
        as submitted_at,
    timezone('UTC', timezone({time_zone}, cast("Start" as timestamp))) as started_at,
    timezone('UTC', timezone({time_zone}, try_cast("End" as timestamp))) as ended_at,
    try_cast("AllocNodes" as integer) as node_count,
    -- The typed entry (gres/gpu:h100=8) repeats the plain one (gres/gpu=8).
    coalesce(
        try_cast(nullif(
            regexp_extract("AllocTRES", '(?:^|,)gres/gpu=(\d+)', 1), ''
        ) as decimal(38, 12)),
        list_sum(list_transform(
            regexp_extract_all("AllocTRES", '(?:^|,)gres/gpu:\w+=(\d+)', 1),
            lambda count: cast(count as decimal(38, 12))
        )),
        0
    ) as gpu_count,
    nullif(regexp_extract("AllocTRES", 'gres/gpu:(\w+)=', 1), '') as gpu_type,
    node_names,
    'slurm' as source_name,
    delivery_id,
    row_number as source_row_number
from newest
left join nodes using (delivery_id, row_number)
where month = {period}
