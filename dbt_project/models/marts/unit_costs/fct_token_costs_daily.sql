with

token_charges as (

    select * from {{ ref('int_token_charges') }}

),

summed_to_day as (

    select
        source_name,
        service_provider_name,
        coalesce(sub_account_id, 'unassigned') as sub_account_id,
        model_id,
        sku_meter,
        processing_tier,
        billing_currency,
        {{ money('sum(token_count)') }} as token_count,
        {{ money('sum(billed_cost)') }} as billed_cost,
        {{ money('sum(effective_cost)') }} as effective_cost,
        charge_date,
        billing_period_start

    from token_charges

    group by all

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
        billed_cost,
        effective_cost,
        {{ unit_cost('effective_cost', 'token_count', per=1000) }}
            as cost_per_1k_tokens,
        {{ unit_cost('effective_cost', 'token_count', per=1000000) }}
            as cost_per_1m_tokens,
        charge_date,
        billing_period_start

    from summed_to_day

)

select * from priced
