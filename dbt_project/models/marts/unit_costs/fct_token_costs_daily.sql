with

token_charges as (

    select * from {{ ref('int_token_charges_counted') }}

),

priced as (

    select
        source_name,
        service_provider_name,
        sub_account_id,
        model_id,
        sku_meter,
        processing_tier,
        billing_currency,
        token_count,
        quantity_source,
        {{ money('billed_cost') }} as billed_cost,
        {{ money('effective_cost') }} as effective_cost,
        {{ unit_cost('effective_cost', 'token_count', per=1000) }}
            as cost_per_1k_tokens,
        {{ unit_cost('effective_cost', 'token_count', per=1000000) }}
            as cost_per_1m_tokens,
        charge_date,
        billing_period_start

    from token_charges

)

select * from priced
