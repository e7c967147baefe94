-- The owner's inventory to storage_access. What cannot be true stops the month.
with listed as (
    select
        *,
        file_name || ', row ' || row_number || ': ' as place,
        list_filter(
            [
                ('stored_gb', cast(stored_gb as double)),
                ('object_count', object_count),
                ('read_count', read_count),
                ('read_gb', cast(read_gb as double))
            ],
            lambda cell: cell[2] < 0
        ) as below_zero
    from ({rows})
    where left_out is null
)

select
    cast(date as date) as inventory_date,
    resource_id,
    prefix,
    dataset_name,
    storage_tier,
    case
        when len(below_zero) > 0
            then error(
                place || below_zero[1][1] || ' is ' || below_zero[1][2]
                || ', expected 0 or more'
            )
        else stored_gb
    end as stored_gb,
    object_count,
    read_count,
    read_gb,
    case
        when last_read_on >= cast(date as date) + interval 1 day
            then error(
                place || 'last_read_on is ' || cast(last_read_on as date)
                || ', expected no day after ' || cast(date as date)
            )
        else cast(last_read_on as date)
    end as last_read_on,
    lifecycle_rule,
    'storage_access' as source_name,
    delivery_id,
    row_number as source_row_number
from listed
