-- What a rented model's answers cost: every usage charge of a generative AI service,
-- tokens and the tools billed beside them. A model that runs on machines of ours is
-- no API; its machines are in the compute charges.
with

charges as (

    select * from {{ ref('stg_ledger__charges') }}

),

api_charges as (

    select
        source_name,
        service_provider_name,
        coalesce(sub_account_id, 'unassigned') as sub_account_id,
        coalesce(model_id, 'unassigned') as model_id,
        coalesce(processing_tier, 'standard') as processing_tier,
        billing_currency,
        billed_cost,
        effective_cost,
        charge_date,
        billing_period_start

    from charges

    where charge_category = 'Usage' and service_subcategory = 'Generative AI'

)

select * from api_charges
