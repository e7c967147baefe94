-- What coding tools are billed: seats and use apart. A discount of use is what a plan
-- includes. A seat of a tool that the seed does not know is one of a coding tool, too.
with

charges as (

    select * from {{ ref('stg_ledger__charges') }}
    where
        line_item_type = 'Seat'
        or service_name in (select service_name from {{ ref('coding_tools') }})

),

tag_sets as (

    select * from {{ ref('int_tag_sets') }}

),

coding_tools as (

    select * from {{ ref('coding_tools') }}

),

of_tools as (

    select
        charges.source_name,
        coalesce(coding_tools.tool_name, charges.service_name) as tool_name,
        {{ json_text('charges.tags', "'user'") }} as user_id,
        tag_sets.label_team as team_name,
        {{ json_text('charges.tags', "'repository'") }} as repository_name,
        charges.model_id,
        charges.billing_currency,
        charges.line_item_type = 'Seat' as is_seat,
        charges.sku_meter = 'Token Fee' as is_fee,
        charges.billed_cost,
        charges.effective_cost,
        charges.list_cost,
        charges.charge_date,
        charges.billing_period_start
    from charges
    left join coding_tools on charges.service_name = coding_tools.service_name
    left join tag_sets
        on
            cast(charges.tags as varchar) = tag_sets.tags
            and charges.billing_period_start = tag_sets.billing_period_start

)

select
    * exclude (is_seat, is_fee, billed_cost, effective_cost, list_cost),
    {{ money('sum(billed_cost)') }} as billed_cost,
    {{ money('sum(effective_cost)') }} as effective_cost,
    {{ money('coalesce(sum(effective_cost) filter (where is_seat), 0)') }} as seat_cost,
    {{ money('coalesce(sum(effective_cost) filter (where not is_seat), 0)') }}
        as on_demand_cost,
    -- A tool's fee for tokens that somebody else bills.
    {{ money('coalesce(sum(effective_cost) filter (where is_fee), 0)') }}
        as token_fee_cost,
    {{ money(
        'coalesce(sum(list_cost - effective_cost) filter (where not is_seat), 0)'
    ) }} as included_cost
from (select * replace (coalesce(is_seat, false) as is_seat) from of_tools) as judged
group by all
