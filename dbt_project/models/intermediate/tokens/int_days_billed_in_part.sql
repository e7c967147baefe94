-- Days of a model whose bill is still open and has less than was metered, whatever the
-- tier: what their calls cost is not all known yet.
with

tokens as (

    select * from {{ ref('int_tokens_billed_vs_metered_priced') }}
    where is_bill_open

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

summed_to_day as (

    select
        service_provider_name as provider_name,
        sub_account_id,
        model_id,
        charge_date,
        bool_and(has_billed_quantity) as has_billed_quantity,
        sum(billed_tokens) as billed_tokens,
        sum(metered_tokens) as metered_tokens,
        sum(billed_cost) as billed_cost,
        sum(metered_cost) as metered_cost
    from tokens
    group by all

)

select
    summed_to_day.provider_name,
    summed_to_day.sub_account_id,
    summed_to_day.model_id,
    summed_to_day.charge_date
from summed_to_day
cross join settings
where
    case
        when has_billed_quantity
            then billed_tokens < metered_tokens * (1 - tolerance_metered_share)
        else billed_cost < metered_cost * (1 - tolerance_metered_share)
    end
