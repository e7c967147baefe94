-- What stored data cost: capacity of a tier, and what goes with it (requests, retrieval,
-- discounts). Vector stores have a mart of their own.
with

charges as (

    select
        *,
        lower(concat_ws(' ', sku_meter, usage_type, charge_description, service_name))
            as meter_text
    from {{ ref('int_charges_classified') }}
    where ai_cost_class != 'vector_db'

),

tiers as (

    select * from {{ ref('storage_tiers') }}

),

meters as (

    select
        meter_text,
        arg_min(tiers.storage_tier, tiers.rule_number) as storage_tier,
        arg_min(tiers.temperature, tiers.rule_number) as temperature
    from (select distinct meter_text from charges) as meters
    inner join tiers on meters.meter_text like tiers.meter
    group by all

),

-- A unit such as GB-Months, 100 GB-Months or TiB-Hours is an amount for a time.
measured as (

    select
        charges.*,
        meters.storage_tier,
        meters.temperature,
        {{ storage_unit('charges.pricing_unit') }} as unit,
        {{ hours_between(
            'charges.billing_period_start', 'charges.billing_period_end'
        ) }} as month_hours
    from charges
    left join meters on charges.meter_text = meters.meter_text
    where charges.service_category = 'Storage' or meters.storage_tier is not null

),

stored as (

    select
        source_name,
        service_provider_name,
        coalesce(sub_account_id, 'unassigned') as sub_account_id,
        coalesce(resource_id, service_name, 'unassigned') as resource_id,
        resource_name,
        -- A tag of the resource names what lies there, where no inventory does.
        {{ json_text('tags', "'dataset'") }} as tagged_dataset,
        region_id,
        availability_zone,
        -- A disk is capacity whatever its unit: some are sold by size, for an hour.
        case when unit.span != '' or storage_tier = 'DISK' then storage_tier end
            as storage_tier,
        case when unit.span != '' or storage_tier = 'DISK' then temperature end
            as temperature,
        billing_currency,
        case
            when
                charge_category = 'Usage' and storage_tier is not null
                then {{ gb_months('pricing_quantity', 'unit', 'month_hours') }}
        end as gb_months,
        billed_cost,
        effective_cost,
        charge_date,
        charge_period_end,
        billing_period_start,
        billing_period_end
    from measured

)

select * from stored
