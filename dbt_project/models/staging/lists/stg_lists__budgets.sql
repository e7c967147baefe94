-- Made by `make docs` from pipelines/sources/lists; do not edit.
with

source as (

    select * from {{ source('ledger', 'budgets') }}

),

renamed as (

    select
        budget_id,
        coalesce(budget_name, budget_id) as budget_name,
        scope_type,
        coalesce(scope_value, 'all') as scope_value,
        budget_amount,
        budget_currency,
        coalesce(cost_basis, 'effective') as cost_basis,
        owner_team,
        coalesce(threshold_percents, '50;80;100') as threshold_percents,
        channel,
        valid_from,
        valid_to,
        delivery_id,
        source_row_number

    from source

)

select * from renamed
