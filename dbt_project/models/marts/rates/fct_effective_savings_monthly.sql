-- A savings rate is one of usage alone: what buys commitments, tax, credits, refunds and
-- corrections saves nothing. An unused commitment has no list price and costs all the
-- same. A list cost that only repeats the bill, for want of a list price, says nothing.
with

charges as (

    select * from {{ ref('int_charges_classified') }}

),

rates as (

    select * from {{ ref('int_exchange_rates_by_charge_day') }}

),

judged as (

    select
        *,
        case
            when charge_category != 'Usage' or coalesce(charge_class, '') = 'Correction'
                then 'no usage'
            when commitment_discount_status = 'Unused' then 'unused'
            when list_cost != 0 and list_unit_price is null then 'unlisted'
            when commitment_discount_status = 'Used' then 'covered'
            when pricing_category = 'Dynamic' then 'spot'
            else 'other'
        end as kind
    from charges

),

-- What commitments could cover: time on machines, by its instance type.
priced as (

    select
        *,
        case when kind in ('covered', 'spot', 'other') then list_cost else 0 end
            as rated_list_cost,
        case when kind in ('covered', 'spot', 'other') then contracted_cost else 0 end
            as rated_contracted_cost,
        case when kind not in ('no usage', 'unlisted') then effective_cost else 0 end
            as rated_cost,
        kind = 'covered'
        or (
            kind = 'other'
            and instance_type is not null
            and coalesce(lower(pricing_unit) like '%hours', false)
        ) as is_eligible
    from judged

),

summed_to_month as (

    select
        source_name,
        service_provider_name,
        coalesce(sub_account_id, 'unassigned') as sub_account_id,
        service_name,
        ai_cost_class,
        billing_currency,
        rates.reporting_currency,
        cast(count_if(kind = 'unlisted') as bigint) as unlisted_charge_count,
        {{ money('sum(effective_cost)') }} as effective_cost,
        {{ money('sum(rated_cost)') }} as rated_effective_cost,
        {{ money("sum(case kind when 'unlisted' then effective_cost else 0 end)") }}
            as unlisted_effective_cost,
        {{ money("sum(case kind when 'no usage' then effective_cost else 0 end)") }}
            as other_effective_cost,
        {{ money('sum(rated_contracted_cost)') }} as rated_contracted_cost,
        {{ money('sum(rated_list_cost)') }} as rated_list_cost,
        {{ money('sum(rated_list_cost - rated_cost)') }} as effective_savings,
        {{ money(
            "sum(case kind when 'spot' then 0"
            ~ " else rated_list_cost - rated_contracted_cost end)"
        ) }} as negotiated_savings,
        {{ money(
            "sum(case when kind in ('covered', 'unused')"
            ~ " then rated_contracted_cost - rated_cost else 0 end)"
        ) }} as commitment_savings,
        {{ money(
            "sum(case kind when 'spot' then rated_list_cost - rated_cost else 0 end)"
        ) }} as spot_savings,
        {{ money(
            "sum(case kind when 'other' then rated_contracted_cost - rated_cost"
            ~ " else 0 end)"
        ) }} as other_savings,
        {{ money("sum(case kind when 'covered' then list_cost else 0 end)") }}
            as covered_list_cost,
        {{ money('sum(case when is_eligible then list_cost else 0 end)') }}
            as eligible_list_cost,
        -- At the rate of each charge's own day, as its cost is converted.
        {{ money('sum(' ~ converted('rated_list_cost', 'rates') ~ ')') }}
            as reporting_list_cost,
        {{ money('sum(' ~ converted('rated_list_cost - rated_cost', 'rates') ~ ')') }}
            as reporting_effective_savings,
        billing_period_start
    from priced
    left join rates using (billing_currency, charge_date, billing_period_start)
    group by all

),

rated as (

    select
        * exclude (
            reporting_list_cost, reporting_effective_savings, billing_period_start
        ),
        {{ ratio(
            'rated_effective_cost', 'rated_effective_cost + unlisted_effective_cost'
        ) }} as list_price_coverage_ratio,
        {{ ratio('effective_savings', 'rated_list_cost') }} as effective_savings_rate,
        {{ ratio('negotiated_savings', 'rated_list_cost') }} as negotiated_savings_rate,
        {{ ratio('commitment_savings', 'rated_list_cost') }} as commitment_savings_rate,
        {{ ratio('covered_list_cost', 'eligible_list_cost') }}
            as commitment_coverage_ratio,
        reporting_list_cost,
        reporting_effective_savings,
        billing_period_start
    from summed_to_month

)

select * from rated
