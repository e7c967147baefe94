-- The month's bill of each resource and tier, divided between the parts that an inventory
-- found there, by what they stored. What no inventory knows stays one row. month_share is
-- how much of the month is billed, inventory_share how much was over at the inventory.
with

charges as (

    select * from {{ ref('int_storage_charges') }}

),

access as (

    select * from {{ ref('int_storage_access_monthly') }}
    where inventoried_gb > 0

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

-- A month that goes on is billed until its last charge of stored data.
months as (

    select
        source_name,
        billing_period_start,
        ({{ hours_between('billing_period_start', 'max(charge_period_end)') }})
        / ({{ hours_between('billing_period_start', 'max(billing_period_end)') }})
            as month_share
    from charges
    where gb_months is not null
    group by source_name, billing_period_start

),

bills as (

    select
        source_name,
        service_provider_name,
        sub_account_id,
        resource_id,
        max(resource_name) as resource_name,
        max(tagged_dataset) as tagged_dataset,
        max(region_id) as region_id,
        storage_tier,
        temperature,
        billing_currency,
        sum({{ money('gb_months') }}) as gb_months,
        {{ money('sum(billed_cost)') }} as billed_cost,
        {{ money('sum(effective_cost)') }} as effective_cost,
        billing_period_start
    from charges
    group by all

),

divided as (

    select
        bills.*,
        access.* exclude (resource_key, storage_tier, billing_period_start),
        sum(access.inventoried_gb) over (
            parts order by access.prefix asc, access.storage_tier asc nulls first
        ) as running_gb,
        sum(access.inventoried_gb) over parts as whole_gb
    from bills
    left join access
        on
            access.resource_key in (
                lower(bills.resource_id), lower(bills.resource_name)
            )
            and bills.billing_period_start = access.billing_period_start
            and bills.storage_tier = coalesce(access.storage_tier, bills.storage_tier)
    window parts as (
        partition by
            bills.source_name, bills.sub_account_id, bills.service_provider_name,
            bills.resource_id, bills.storage_tier, bills.billing_currency,
            bills.billing_period_start
    )

),

shared as (

    select
        divided.* exclude (
            running_gb, whole_gb, gb_months, billed_cost, effective_cost
        ),
        {% for amount in ['gb_months', 'billed_cost', 'effective_cost'] %}
        case
            when divided.whole_gb is null then {{ money('divided.' ~ amount) }}
            else {{ portion(
                money('divided.' ~ amount), 'divided.running_gb',
                'divided.inventoried_gb', 'divided.whole_gb'
            ) }}
        end as {{ amount }},
        {% endfor %}
        coalesce(least(1, months.month_share), 1) as month_share,
        day(divided.last_inventory_date) / day(last_day(divided.billing_period_start))
            as inventory_share,
        date_diff('day', divided.last_read_on, divided.last_inventory_date)
            as unread_days,
        unread_days >= settings.cold_after_days as is_cold
    from divided
    cross join settings
    left join months
        on
            divided.source_name = months.source_name
            and divided.billing_period_start = months.billing_period_start

)

select * from shared
