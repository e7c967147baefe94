with

periods as (

    select * from {{ ref('int_token_price_periods') }}

)

select
    provider_name as service_provider_name,
    model_id,
    sku_meter,
    processing_tier,
    billing_currency,
    contract_id,
    account_id,
    case when contract_id is null then 'List' else 'Contracted' end as unit_price_type,
    {{ money('unit_price') }} as unit_price,
    price_source,
    valid_from,
    nullif(valid_to, date '9999-12-31') as valid_to
from periods
