with

source as (

    select * from {{ source('ledger', 'budgets') }}

),

renamed as (

    select
        ---------- ids
        source_name,
        delivery_id,
        source_row_number,
        budget_id,

        ---------- strings
        coalesce(budget_name, budget_id) as budget_name,
        scope_type,
        coalesce(scope_value, 'all') as scope_value,
        budget_currency,
        coalesce(cost_basis, 'effective') as cost_basis,
        owner_team,
        coalesce(threshold_percents, '50;80;100') as threshold_percents,
        channel,

        ---------- numerics
        budget_amount,

        ---------- timestamps
        valid_from,
        valid_to

    from source

)

select * from renamed
