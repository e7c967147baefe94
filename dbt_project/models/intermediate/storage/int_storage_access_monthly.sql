-- What a month's inventories say of each part of a resource: the average of its days, and
-- what had been read by the last of them. A part that one of them lacks was empty then.
with

storage_access as (

    select
        *,
        date_trunc('month', inventory_date) as inventory_month
    from {{ ref('stg_lists__storage_access') }}

),

inventories as (

    select
        resource_id,
        inventory_month,
        count(distinct inventory_date) as inventory_count,
        max(inventory_date) as last_inventory_date
    from storage_access
    group by all

),

summed_to_month as (

    select
        lower(storage_access.resource_id) as resource_key,
        coalesce(storage_access.prefix, '/') as prefix,
        upper(storage_access.storage_tier) as storage_tier,
        arg_max(storage_access.dataset_name, storage_access.inventory_date)
            as dataset_name,
        arg_max(storage_access.lifecycle_rule, storage_access.inventory_date)
            as lifecycle_rule,
        {{ money(
            'sum(storage_access.stored_gb) / max(inventories.inventory_count)'
        ) }}
            as inventoried_gb,
        arg_max(storage_access.object_count, storage_access.inventory_date)
            as object_count,
        arg_max(storage_access.read_count, storage_access.inventory_date)
            as read_count,
        arg_max(storage_access.read_gb, storage_access.inventory_date) as read_gb,
        max(storage_access.last_read_on) as last_read_on,
        max(inventories.last_inventory_date) as last_inventory_date,
        cast(storage_access.inventory_month as timestamp) as billing_period_start
    from storage_access
    inner join inventories using (resource_id, inventory_month)
    group by
        storage_access.resource_id,
        storage_access.prefix,
        storage_access.storage_tier,
        storage_access.inventory_month

)

select * from summed_to_month
