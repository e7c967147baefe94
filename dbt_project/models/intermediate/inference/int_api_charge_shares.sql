-- Which part of a day's charge is whose. A caller meets the charges of its model, meter,
-- tier and day, of its own credential and account where both sides name them; what it
-- used is spread over those charges by their size. A caller's part of a charge is what it
-- used of what was billed or metered, so calls that nobody traced stay without a caller.
with

charges as (

    select
        *,
        cast(coalesce(quantity, effective_cost, 0) as double) as size
    from {{ ref('int_api_charges_counted') }}

),

callers as (

    select * replace (cast(quantity as double) as quantity)
    from {{ ref('int_caller_usage') }}

),

met as (

    select
        charges.charge_number,
        charges.quantity as counted,
        callers.usage_id,
        case
            when callers.credential_id = charges.credential_id then 'credential'
            when callers.sub_account_id = charges.sub_account_id then 'account'
            else 'model'
        end as attribution_method,
        callers.quantity * charges.size / nullif({{ exact_sum(
            'charges.size', 'over (partition by callers.usage_id)'
        ) }}, 0) as quantity

    from callers

    inner join charges
        on
            {{ same_meter('callers', 'charges', 'usage_meter') }}
            and (
                callers.sub_account_id is null
                or {{ same_account('callers', 'charges') }}
            )
            and coalesce(callers.credential_id, charges.credential_id, '')
            = coalesce(charges.credential_id, callers.credential_id, '')

),

shared as (

    select
        charge_number,
        usage_id,
        attribution_method,
        quantity / nullif(greatest(
            coalesce(counted, 0),
            {{ exact_sum('quantity', 'over (partition by charge_number)') }}
        ), 0) as charge_share

    from met

)

select * from shared
where charge_share > 0
