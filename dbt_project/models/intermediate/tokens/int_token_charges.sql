-- Charges for tokens, measured in them or not: some bills name the meter without a
-- quantity. Purchases, tax and credits of the same models are not
-- tokens; they stay in fct_charges_daily. Trained tokens are training; they are in
-- fct_training_run_costs. A charge without a model is `unassigned`.
with

charges as (

    select * from {{ ref('stg_ledger__charges') }}

),

token_charges as (

    select
        source_name,
        service_provider_name,
        sub_account_id,
        coalesce(model_id, 'unassigned') as model_id,
        coalesce(sku_meter, 'unassigned') as sku_meter,
        coalesce(processing_tier, 'standard') as processing_tier,
        billing_currency,
        consumed_quantity as token_count,
        billed_cost,
        -- What credits or commitments paid for bills 0; telemetry is laid beside its cost.
        case when billed_cost = 0 then effective_cost else billed_cost end
            as charged_cost,
        effective_cost,
        list_cost,
        charge_date,
        billing_period_start

    from charges

    where
        charge_category = 'Usage'
        and (consumed_unit = 'Tokens' or token_direction is not null)
        and not {{ is_fine_tuning('sku_meter') }}

)

select * from token_charges
