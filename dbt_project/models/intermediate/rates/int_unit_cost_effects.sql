-- The change of an item's cost, cut into effects: c1 - c0 = (c1 - q1 x p0) + c0 x
-- (Q1/Q0 - 1) + (q1 x p0 - c0 x Q1/Q0): price, volume and mix, where Q is all units of
-- the scope. Of a token's volume, requests are volume and tokens per request efficiency,
-- where both months count the requests of about the same part of the cost.
-- The mix is taken by subtraction, so that effects sum to the last digit; beside it
-- stands its formula, which a test compares.
{%- set scope = ['source_name', 'service_provider_name', 'sub_account_id',
    'billing_currency', 'billing_period_start'] %}
with

compared as (

    select * from {{ ref('int_unit_costs_compared') }}

),

requests as (

    select * from {{ ref('int_inferences_monthly') }}

),

grown as (

    select
        compared.*,
        present.request_count,
        past.request_count as previous_request_count,
        units * previous_price as units_at_previous_price,
        cast(scope_units as double) / nullif(previous_scope_units, 0) as growth,
        case
            when
                unit_name = 'token' and previous_scope_units > 0
                and abs(present.counted_cost_ratio - past.counted_cost_ratio) <= 0.05
                then
                    cast(present.request_count as double)
                    / nullif(past.request_count, 0)
        end as request_growth,
        cast(
            case
                when request_growth is null then scope_units - previous_scope_units
                else present.request_count - past.request_count
            end as double
        ) / nullif(
            case
                when request_growth is null then previous_scope_units
                else past.request_count
            end, 0
        ) as volume_growth
    from compared
    left join requests as present using ({{ scope | join(', ') }})
    left join requests as past
        on
            compared.billing_period_start
            = past.billing_period_start + interval 1 month
            {% for name in scope[:-1] %}
            and compared.{{ name }} = past.{{ name }}
            {% endfor %}

),

-- What a month asks for the units by the list, and beyond it by the contract.
listed as (

    select
        *,
        units > 0 and previous_units > 0 as is_continued,
        units / nullif(previous_units, 0) as item_growth,
        contracted_cost - list_cost as contract_cost,
        previous_contracted_cost - previous_list_cost as previous_contract_cost
    from grown

),

-- A scope that is new is all volume: nothing was there to be mixed.
cut as (

    select
        *,
        {{ money('effective_cost - previous_effective_cost') }} as cost_change,
        {{ money(
            'effective_cost - measured_cost'
            ~ ' - (previous_effective_cost - previous_measured_cost)'
        ) }} as unmeasured_effect,
        {{ money(
            'case when is_continued then measured_cost - units_at_previous_price'
            ~ ' else 0 end'
        ) }} as price_effect,
        {{ money(
            'case when is_continued'
            ~ ' then coalesce(list_cost - previous_list_cost * item_growth, 0)'
            ~ ' else 0 end'
        ) }} as list_price_effect,
        {{ money(
            'case when is_continued'
            ~ ' then coalesce(contract_cost - previous_contract_cost * item_growth, 0)'
            ~ ' else 0 end'
        ) }} as contract_effect,
        list_cost is not null and previous_list_cost is not null as is_listed,
        {{ money(
            'case when growth is null then measured_cost'
            ~ ' else previous_measured_cost * volume_growth end'
        ) }} as volume_effect,
        {{ money(
            'coalesce(previous_measured_cost * (growth - request_growth), 0)'
        ) }} as efficiency_effect,
        {{ money(
            'coalesce(units_at_previous_price - previous_measured_cost * growth, 0)'
        ) }} as mix_by_formula
    from listed

)

select
    *,
    {{ money(
        'cost_change - unmeasured_effect - price_effect - volume_effect'
        ~ ' - efficiency_effect'
    ) }} as mix_effect
from cut
