-- Costs per owner in one currency: the reporting one, or the bill's own where there is no
-- rate.
with

costs as (

    select * from {{ ref('int_shared_costs_allocated') }}

),

converted as (

    select * from {{ ref('int_exchange_rates_by_charge_day') }}

),

valued as (

    select
        costs.* exclude (effective_cost, billed_cost, contracted_cost, list_cost),
        case
            when converted.exchange_rate is not null then converted.reporting_currency
            else costs.billing_currency
        end as currency,
        {% for cost in ['billed_cost', 'effective_cost'] %}
        case
            when converted.exchange_rate is not null
                then {{ converted('costs.' ~ cost, 'converted') }}
            else costs.{{ cost }}
        end as {{ cost }},
        {% endfor %}
        costs.charge_category in ('Usage', 'Purchase') and not costs.is_scheduled
            as is_recurring

    from costs

    left join converted
        on
            costs.billing_currency = converted.billing_currency
            and costs.charge_date = converted.charge_date
            and costs.billing_period_start = converted.billing_period_start

)

select * from valued
