-- What an API model's answers cost: every usage charge of a generative AI service,
-- tokens and the tools billed beside them, summed to the day. What was trained is in
-- fct_training_run_costs. A model that runs on
-- self-hosted machines is no API; its machines are in the compute charges. Labels are what
-- the bill's own tags say of the caller, spelled as everywhere.
{%- set labels = ['project', 'feature', 'tenant', 'environment'] %}
with

charges as (

    select * from {{ ref('stg_ledger__charges') }}

),

tag_sets as (

    select * from {{ ref('int_tag_sets') }}

),

api_charges as (

    select
        charges.source_name,
        charges.service_provider_name,
        coalesce(charges.sub_account_id, 'unassigned') as sub_account_id,
        charges.credential_id,
        coalesce(charges.model_id, 'unassigned') as model_id,
        coalesce(charges.sku_meter, 'unassigned') as sku_meter,
        coalesce(charges.processing_tier, 'standard') as processing_tier,
        charges.billing_currency,
        {% for label in labels %}
        tag_sets.label_{{ label }},
        {% endfor %}
        case when charges.consumed_unit = 'Tokens' then charges.consumed_quantity end
            as token_count,
        charges.billed_cost,
        charges.effective_cost,
        charges.charge_date,
        charges.billing_period_start

    from charges

    left join tag_sets
        on
            cast(charges.tags as varchar) = tag_sets.tags
            and charges.billing_period_start = tag_sets.billing_period_start

    where
        charges.charge_category = 'Usage'
        and charges.service_subcategory = 'Generative AI'
        and not {{ is_fine_tuning('charges.sku_meter') }}

),

summed_to_day as (

    select
        * exclude (token_count, billed_cost, effective_cost),
        sum(token_count) as token_count,
        {{ money('sum(billed_cost)') }} as billed_cost,
        {{ money('sum(effective_cost)') }} as effective_cost
    from api_charges
    group by all

)

select
    *,
    row_number() over (
        order by
            source_name, service_provider_name, sub_account_id, credential_id, model_id,
            sku_meter, processing_tier, billing_currency,
            label_{{ labels | join(', label_') }},
            charge_date, billing_period_start
    ) as charge_number
from summed_to_day
