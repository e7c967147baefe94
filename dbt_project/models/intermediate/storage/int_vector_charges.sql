-- Charges of vector stores, with the GB and the queries that their units count.
with

charges as (

    select * from {{ ref('int_charges_classified') }}
    where ai_cost_class = 'vector_db'

),

measured as (

    select
        *,
        {{ storage_unit('pricing_unit') }} as stored,
        regexp_extract(
            lower(pricing_unit),
            '^(\d*) ?(queries|query|requests|request|searches|reads|read units)$',
            ['block', 'word']
        ) as asked,
        {{ hours_between('billing_period_start', 'billing_period_end') }} as month_hours
    from charges

),

counted as (

    select
        source_name,
        service_provider_name,
        service_name,
        coalesce(sub_account_id, 'unassigned') as sub_account_id,
        coalesce(resource_id, sub_account_id, service_name, 'unassigned')
            as resource_id,
        resource_name,
        billing_currency,
        case
            when charge_category = 'Usage'
                then {{ gb_months('pricing_quantity', 'stored', 'month_hours') }}
        end as gb_months,
        case
            when charge_category = 'Usage' and asked.word != ''
                then pricing_quantity * coalesce(try_cast(asked.block as bigint), 1)
        end as query_count,
        billed_cost,
        effective_cost,
        charge_date,
        billing_period_start
    from measured

)

select * from counted
