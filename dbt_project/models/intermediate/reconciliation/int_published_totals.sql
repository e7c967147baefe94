-- What every published version said, and last of all what this build says. A month that
-- a version did not have said 0 there.
with

published_totals as (

    select * from {{ ref('stg_landing__published_totals') }}

),

charges as (

    select * from {{ ref('stg_ledger__charges') }}

),

build as (

    select * from {{ ref('stg_meta__build') }}

),

summed_now as (

    select
        build.build_id,
        charges.source_name,
        charges.billing_currency,
        charges.billing_period_start,
        sum(charges.billed_cost) as billed_cost,
        sum(charges.effective_cost) as effective_cost,
        list_sort(list(distinct charges.delivery_id)) as delivery_ids,
        cast(null as timestamp) as published_at

    from charges

    cross join build

    group by all

),

said as (

    select
        build_id,
        source_name,
        billing_currency,
        billing_period_start,
        billed_cost,
        effective_cost,
        delivery_ids,
        published_at
    from published_totals

    union all

    select * from summed_now

),

builds as (

    select distinct
        build_id,
        published_at
    from said

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

months as (

    select distinct
        said.source_name,
        said.billing_currency,
        said.billing_period_start,
        coalesce(
            strftime(said.billing_period_start, '%Y-%m')
            <= nullif(settings.closed_through, ''),
            false
        ) as is_closed_period
    from said
    cross join settings

),

every_build_and_month as (

    select
        builds.build_id,
        builds.published_at,
        months.*,
        coalesce(said.billed_cost, 0) as billed_cost,
        coalesce(said.effective_cost, 0) as effective_cost,
        coalesce(said.delivery_ids, []) as delivery_ids

    from builds

    cross join months

    left join said
        on
            builds.build_id = said.build_id
            and months.source_name = said.source_name
            and months.billing_currency = said.billing_currency
            and months.billing_period_start = said.billing_period_start

)

select * from every_build_and_month
