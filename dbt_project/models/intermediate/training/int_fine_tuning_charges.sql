-- Fine-tunes that a vendor bills by what was trained and not by the machine. The bill
-- names account, model and day, never the job: what an account trains of a model in a
-- billing period is one run. Only what was trained is billed, so all of it is kept.
with

charges as (

    select * from {{ ref('stg_ledger__charges') }}

),

tag_sets as (

    select * from {{ ref('int_tag_sets') }}

),

fine_tuning as (

    select
        charges.source_name,
        charges.delivery_id,
        charges.source_row_number,
        charges.source_row_part,
        charges.billing_currency,
        coalesce(charges.sub_account_id, 'unassigned') as sub_account_id,
        coalesce(charges.model_id, 'unassigned') as model_id,
        coalesce(tag_sets.label_project, charges.sub_account_id, 'unassigned')
            as project_name,
        case when charges.consumed_unit = 'Tokens' then charges.consumed_quantity end
            as trained_token_count,
        charges.billed_cost,
        charges.effective_cost,
        charges.charge_period_start,
        charges.charge_period_end,
        charges.billing_period_start

    from charges

    left join tag_sets
        on
            cast(charges.tags as varchar) = tag_sets.tags
            and charges.billing_period_start = tag_sets.billing_period_start

    where
        charges.charge_category = 'Usage'
        and {{ is_fine_tuning('charges.sku_meter') }}

),

named as (

    select
        *,
        concat_ws(
            ':',
            'fine_tuning',
            source_name,
            sub_account_id,
            model_id,
            strftime(billing_period_start, '%Y-%m')
        ) as run_id,
        'fine-tuning of ' || model_id as run_name
    from fine_tuning

)

select * from named
