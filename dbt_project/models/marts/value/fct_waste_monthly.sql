-- Waste is measured and bought nothing, whether it can be saved or is paid all the same.
-- What could only be bought smaller or cheaper is an opportunity, and no waste.
with

findings as (

    {% for found in ['machines', 'runs', 'bills'] %}
    select * from {{ ref('int_opportunities_from_' ~ found) }}
    {% if not loop.last %}union all by name{% endif %}
    {% endfor %}

),

types as (

    select * from {{ ref('opportunity_types') }}

),

rates as (

    select * from {{ ref('int_reporting_rates_monthly') }}

),

wasted as (

    select
        findings.source_name,
        {% for name in ['service_provider_name', 'sub_account_id'] %}
        coalesce(findings.{{ name }}, 'unassigned') as {{ name }},
        {% endfor %}
        types.waste_kind,
        types.scope_type,
        findings.scope_value,
        types.evidence,
        findings.billing_currency,
        sum(findings.gross_saving + coalesce(findings.freed_capacity_cost, 0))
            as waste_cost,
        sum(coalesce(findings.freed_capacity_cost, 0)) as freed_capacity_cost,
        findings.billing_period_start
    from findings
    inner join types using (opportunity_type)
    where types.waste_kind != 'not_waste'
    group by all

),

final as (

    select
        wasted.source_name,
        wasted.service_provider_name,
        wasted.sub_account_id,
        wasted.waste_kind,
        wasted.scope_type,
        wasted.scope_value,
        wasted.evidence,
        wasted.billing_currency,
        {{ money('wasted.waste_cost') }} as waste_cost,
        {{ money('wasted.freed_capacity_cost') }} as freed_capacity_cost,
        rates.reporting_currency,
        {{ money('cast(wasted.waste_cost as double) * cast(rates.rate as double)') }}
            as reporting_waste_cost,
        wasted.billing_period_start
    from wasted
    left join rates using (billing_currency, billing_period_start)

)

select * from final
