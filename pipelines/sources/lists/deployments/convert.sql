-- The owner's list to deployments. What cannot be true stops the month: it is the
-- owner's own word, and every cost of a model stands on it.
with listed as (
    select
        *,
        file_name || ', row ' || row_number || ': ' as place
    from ({rows})
    where left_out is null
)

select
    deployment_id,
    model_id,
    workload_name,
    environment_name,
    cluster_name,
    namespace,
    case
        when coalesce(resource_id, node_name, workload_name) is null
            then error(
                place || 'resource_id, node_name and workload_name are empty, '
                'expected one of them'
            )
        else node_name
    end as node_name,
    resource_id,
    case
        when gpu_count <= 0
            then error(
                place || 'gpu_count is ' || gpu_count || ', expected more than 0'
            )
        else gpu_count
    end as gpu_count,
    precision,
    decoding,
    valid_from,
    case
        when valid_to <= valid_from
            then error(
                place || 'valid_to is ' || valid_to || ', expected later than '
                || valid_from
            )
        else valid_to
    end as valid_to,
    'deployments' as source_name,
    delivery_id,
    row_number as source_row_number
from listed
