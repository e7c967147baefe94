-- Who bills the calls of an account: the source and currency in which its model cost
-- most. An account that no bill names goes with its model, a model that no bill names
-- with its provider.
with

api_charges as (

    select * from {{ ref('int_api_charges') }}

),

sources as (

    select
        service_provider_name as provider_name,
        grouping(sub_account_id) as any_account,
        grouping(model_id) as any_model,
        sub_account_id,
        model_id,
        source_name,
        billing_currency,
        sum(effective_cost) as effective_cost
    from api_charges
    group by grouping sets (
        (
            service_provider_name,
            sub_account_id,
            model_id,
            source_name,
            billing_currency
        ),
        (service_provider_name, model_id, source_name, billing_currency),
        (service_provider_name, source_name, billing_currency)
    )

),

largest as (

    select
        provider_name,
        any_account,
        any_model,
        sub_account_id,
        model_id,
        {{ of_largest('source_name', 'effective_cost') }} as source_name,
        {{ of_largest('billing_currency', 'effective_cost') }} as billing_currency
    from sources
    group by all

)

select * from largest
