-- The totals of every published version, and last those of this build. A month that
-- a version did not have is 0 there.
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

totals as (

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
    from totals

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

months as (

    select distinct
        totals.source_name,
        totals.billing_currency,
        totals.billing_period_start,
        coalesce(
            strftime(totals.billing_period_start, '%Y-%m')
            <= nullif(settings.closed_through, ''),
            false
        ) as is_closed_period
    from totals
    cross join settings

),

every_build_and_month as (

    select
        builds.build_id,
        builds.published_at,
        months.*,
        coalesce(totals.billed_cost, 0) as billed_cost,
        coalesce(totals.effective_cost, 0) as effective_cost,
        coalesce(totals.delivery_ids, []) as delivery_ids

    from builds

    cross join months

    left join totals
        on
            builds.build_id = totals.build_id
            and months.source_name = totals.source_name
            and months.billing_currency = totals.billing_currency
            and months.billing_period_start = totals.billing_period_start

)

select * from every_build_and_month
