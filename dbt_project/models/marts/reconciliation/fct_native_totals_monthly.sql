with

native_totals as (

    select * from {{ ref('int_native_totals_dated') }}

),

charges as (

    select * from {{ ref('fct_charges_daily') }}

),

-- A total of no account ('all') is of every account, those without a name among them.
summed as (

    select
        source_name,
        coalesce(sub_account_id, 'all') as sub_account_id,
        billing_currency,
        billing_period_start,
        sum(charge_count) as charge_count,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost
    from charges
    group by grouping sets (
        (source_name, sub_account_id, billing_currency, billing_period_start),
        (source_name, billing_currency, billing_period_start)
    )

),

compared as (

    select
        native_totals.*,
        cast(coalesce(summed.charge_count, 0) as bigint) as charge_count,
        coalesce(
            case native_totals.cost_basis
                when 'billed' then summed.billed_cost
                else summed.effective_cost
            end, 0
        ) as ledger_cost,
        native_totals.native_total - ledger_cost as difference
    from native_totals
    left join summed
        using (source_name, sub_account_id, billing_currency, billing_period_start)

),

judged as (

    select
        source_name,
        sub_account_id,
        billing_currency,
        cost_basis,
        tool,
        case
            when abs(difference) <= tolerance_amount then 'tied'
            when charge_count = 0 then 'no rows'
            when cast(ledger_last_updated as date) > read_on then 'restated since'
            else 'differs'
        end as status,
        charge_count,
        {{ money('native_total') }} as native_total,
        {{ money('ledger_cost') }} as ledger_cost,
        {{ money('difference') }} as difference,
        {{ ratio('difference', 'native_total') }} as difference_ratio,
        read_on,
        ledger_last_updated,
        billing_period_start
    from compared

)

select * from judged
