"""The SQL that takes a month's change of cost apart, over marts of a published version.

Tokens and GPU hours have their causes in ``fct_unit_cost_bridge_monthly``; what is left
of a source's change is other usage, tax, purchases, credits and adjustments, of
``fct_showback_daily``. Belongs here: adding those up so that nothing is left. Does not
belong here: an effect that the mart does not have.
"""

from pipelines.reports.scope import ACCOUNTS

SCOPED = f"""
charges as (

    select *
    from fct_showback_daily
    where
        billing_period_start in ($month, $month - interval 1 month)
        and ($scope = '' or $scope in (project_name, sub_account_id))

),

{ACCOUNTS}
bridge as (

    select
        fct_unit_cost_bridge_monthly.*,
        accounts.team_name,
        nullif(concat_ws(
            ' ', nullif(model_id, 'unassigned'), nullif(instance_type, 'unassigned'),
            nullif(lower(sku_meter), 'unassigned')
        ), '') as item_name,
        -- What a unit of the billing currency was worth in the month before.
        coalesce(max_by(
            cast(reporting_cost_change - fx_effect as double)
            / nullif(cast(cost_change as double), 0),
            abs(cost_change)
        ) over (partition by billing_currency), 1) as rate
    from fct_unit_cost_bridge_monthly
    inner join accounts using (source_name, sub_account_id)
    where
        unit_name in ('token', 'GPU hour')
        and billing_period_start = $month

),
"""
TOTALS = f"""
with {SCOPED}
final as (

    select
        coalesce(sum(reporting_effective_cost) filter (
            billing_period_start < $month
        ), 0) as previous_cost,
        coalesce(sum(reporting_effective_cost) filter (
            billing_period_start = $month
        ), 0) as effective_cost,
        max(reporting_currency) as currency
    from charges

)

select * from final
"""
CAUSES = f"""
with {SCOPED}
effects as (

    unpivot (
        select
            * exclude (
                price_effect, list_price_effect, contract_effect, commitment_effect,
                other_price_effect, volume_effect, efficiency_effect, mix_effect,
                unmeasured_effect
            ),
            list_price_effect * rate as "list price",
            contract_effect * rate as "contract price",
            commitment_effect * rate as "commitment",
            other_price_effect * rate as "price",
            volume_effect * rate as "volume",
            efficiency_effect * rate as "efficiency",
            mix_effect * rate as "mix",
            unmeasured_effect * rate as "unmeasured",
            cast(fx_effect as double) as "exchange"
        from bridge
    )
    on
        "list price", "contract price", "commitment", "price", "volume", "efficiency",
        "mix", "unmeasured", "exchange"
    into name cause value effect

),

of_units as (

    select
        cause,
        unit_name,
        source_name,
        max(service_provider_name) as provider_name,
        sub_account_id,
        max(team_name) as team_name,
        max_by(item_name, abs(effect)) as driver_name,
        cast(sum(effect) as decimal(38, 12)) as amount,
        sum(previous_quantity) as previous_quantity,
        sum(quantity) as quantity,
        max(previous_request_count) as previous_request_count,
        max(request_count) as request_count,
        max_by(previous_cost_per_unit, abs(effect)) as previous_unit_cost,
        max_by(cost_per_unit, abs(effect)) as unit_cost
    from effects
    group by
        cause, unit_name, source_name, sub_account_id,
        case when cause like '%price' or cause in ('commitment', 'mix')
            then coalesce(nullif(model_id, 'unassigned'), instance_type) end

),

signed as (

    select
        *,
        case when billing_period_start = $month then 1 else -1 end
            * reporting_effective_cost as amount
    from charges

),

per_source as (

    select
        source_name,
        mode(service_provider_name) as provider_name,
        count_if(billing_period_start < $month) = 0 as is_new,
        count_if(billing_period_start = $month) = 0 as is_gone
    from charges
    group by all

),

-- Usage of an account that a project shares has no units of its own: by service.
other_usage as (

    select
        signed.source_name,
        accounts.source_name is null as is_shared,
        case when is_shared then
            coalesce(nullif(model_id, 'unassigned'), service_name)
        end as item_name,
        max_by(service_name, abs(signed.amount)) filter (
            ai_cost_class not in ('llm_api', 'gpu')
        ) as service_name,
        sum(signed.amount) as amount
    from signed
    left join accounts using (source_name, sub_account_id)
    where charge_category = 'Usage'
    group by all

),

bridged as (

    select
        source_name,
        false as is_shared,
        sum(cast(reporting_cost_change as decimal(38, 12))) as amount
    from bridge
    group by all

),

others as (

    select
        case when is_shared then 'shared account' else 'other usage' end as cause,
        source_name,
        coalesce(item_name, service_name) as driver_name,
        other_usage.amount - coalesce(bridged.amount, 0) as amount
    from other_usage
    left join bridged using (source_name, is_shared)

    union all

    select
        charge_category as cause,
        source_name,
        max_by(service_name, abs(amount)) as driver_name,
        sum(amount) as amount
    from signed
    where charge_category != 'Usage'
    group by all

),

named as (

    select
        case
            when is_new then 'new source'
            when is_gone then 'source without charges'
            else cause
        end as cause,
        source_name,
        provider_name,
        driver_name,
        case when cause = 'shared account' then driver_name end as item_name,
        amount
    from others
    inner join per_source using (source_name)

),

final as (

    select * from of_units

    union all by name

    select
        cause,
        source_name,
        max(provider_name) as provider_name,
        max_by(driver_name, abs(amount)) as driver_name,
        sum(amount) as amount
    from named
    group by cause, source_name, item_name

)

select
    cause, amount, source_name, provider_name, unit_name, sub_account_id, team_name,
    driver_name, previous_quantity, quantity, previous_request_count, request_count,
    previous_unit_cost, unit_cost
from final
where amount != 0
order by abs(amount) desc, cause, source_name, sub_account_id, driver_name
"""
