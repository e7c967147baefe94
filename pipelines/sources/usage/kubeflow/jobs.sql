-- A list of Kubernetes to one row per training job, every column as text.
with items as (
    select
        unnest(items) as item
    from read_json(
        {file}, format = 'unstructured', records = true, auto_detect = false,
        maximum_object_size = {largest}, compression = {compression},
        columns = {{items: 'JSON[]'}}
    )
),

numbered as (
    select
        row_number() over () as row_number,
        item,
        item ->> '$.kind' as kind,
        item ->> '$.metadata.name' as name,
        item ->> '$.metadata.namespace' as namespace
    from items
),

-- aws:///us-east-1a/i-0abc ends with the machine's id, azure:// stands before it. Google's
-- gce://project/zone/name has only its name, which the node has, too.
nodes as (
    select
        name as node_name,
        any_value(case
            when item ->> '$.spec.providerID' like 'aws://%'
                then split_part(item ->> '$.spec.providerID', '/', -1)
            when item ->> '$.spec.providerID' like 'azure://%'
                then replace(item ->> '$.spec.providerID', 'azure://', '')
        end order by row_number) as resource_id
    from numbered
    where kind = 'Node'
    group by name
),

pods as (
    select
        numbered.namespace,
        coalesce(
            item ->> '$.metadata.labels."training.kubeflow.org/job-name"',
            item ->> '$.metadata.labels."jobset.sigs.k8s.io/jobset-name"'
        ) as job_name,
        item ->> '$.spec.nodeName' as node_name,
        nodes.resource_id,
        item ->> '$.status.startTime' as started_at,
        list_sum(list_transform(
            from_json(item -> '$.spec.containers', '["JSON"]'),
            lambda part: coalesce(
                try_cast(part ->> '$.resources.limits."nvidia.com/gpu"' as integer),
                try_cast(part ->> '$.resources.limits."amd.com/gpu"' as integer),
                0
            )
            -- nvidia.com/mig-1g.5gb: a slice of seven, and of an A30 of four.
            + coalesce(list_sum(list_transform(
                list_filter(
                    json_keys(part -> '$.resources.limits'),
                    lambda name: regexp_matches(name, '^nvidia\.com/mig-\dg\.')
                ),
                lambda name: coalesce(try_cast(
                    json_extract_string(
                        part -> '$.resources.limits', '$."' || name || '"'
                    ) as integer
                ), 0) * cast(regexp_extract(name, 'mig-(\d)g', 1) as double) / case
                    when regexp_matches(name, '-(1g\.6|2g\.12|4g\.24)gb') then 4
                    else 7
                end
            )), 0)
        )) as gpu_count
    from numbered
    left join nodes on nodes.node_name = item ->> '$.spec.nodeName'
    where kind = 'Pod'
),

held as (
    select
        namespace,
        job_name,
        min(started_at) as started_at,
        sum(gpu_count) as gpu_count,
        count(distinct node_name) as node_count,
        string_agg(distinct node_name, ',' order by node_name)
            filter (where resource_id is null) as node_names,
        string_agg(distinct resource_id, ',' order by resource_id) as resource_ids
    from pods
    where job_name is not null and node_name is not null
    group by all
),

-- The condition that is true and changed last says how the job stands.
jobs as (
    select
        *,
        list_sort(list_transform(
            list_filter(
                from_json(item -> '$.status.conditions', '["JSON"]'),
                lambda condition: condition ->> '$.status' = 'True'
            ),
            lambda condition: [
                condition ->> '$.lastTransitionTime', condition ->> '$.type',
                coalesce(condition ->> '$.reason', '')
            ]
        ))[-1] as last_condition,
        list_filter(
            from_json(item -> '$.status.conditions', '["JSON"]'),
            lambda condition: condition ->> '$.type' = 'Running'
        )[1] ->> '$.lastTransitionTime' as running_since
    from numbered
    where
        item ->> '$.apiVersion' like '%kubeflow.org/v1%'
        and (kind = 'TrainJob' or kind similar to '(PyTorch|TF|MPI|XGBoost|Paddle|JAX)Job')
)

select
    jobs.row_number,
    jobs.item ->> '$.metadata.uid' as uid,
    jobs.namespace,
    jobs.name,
    coalesce(jobs.item ->> '$.metadata.labels.project', jobs.namespace) as project_name,
    jobs.item ->> '$.metadata.labels.experiment' as experiment_name,
    jobs.last_condition[2] as condition,
    nullif(jobs.last_condition[3], '') as reason,
    coalesce(
        jobs.item ->> '$.status.startTime',
        held.started_at,
        jobs.running_since,
        jobs.item ->> '$.metadata.creationTimestamp'
    ) as known_at,
    jobs.item ->> '$.metadata.creationTimestamp' as created_at,
    coalesce(
        jobs.item ->> '$.status.startTime', held.started_at, jobs.running_since
    ) as started_at,
    case
        when jobs.last_condition[2] in ('Succeeded', 'Complete', 'Failed', 'Suspended')
            then coalesce(
                jobs.item ->> '$.status.completionTime', jobs.last_condition[1]
            )
    end as ended_at,
    cast(round(held.gpu_count, 12) as varchar) as gpu_count,
    cast(held.node_count as varchar) as node_count,
    held.node_names,
    held.resource_ids
from jobs
left join held on jobs.namespace = held.namespace and jobs.name = held.job_name
