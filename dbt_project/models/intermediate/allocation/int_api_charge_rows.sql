-- Which rows of the ledger an API charge is the sum of.
{%- set labels = ['project', 'feature', 'tenant', 'environment'] %}
with

charges as (

    select * from {{ ref('stg_ledger__charges') }}

    where charge_category = 'Usage' and service_subcategory = 'Generative AI'

),

tag_sets as (

    select * from {{ ref('int_tag_sets') }}

),

api_charges as (

    select * from {{ ref('int_api_charges') }}

),

matched as (

    select
        charges.source_name,
        charges.delivery_id,
        charges.source_row_number,
        charges.source_row_part,
        api_charges.charge_number,
        charges.effective_cost,
        charges.billing_period_start

    from charges

    left join tag_sets
        on
            cast(charges.tags as varchar) = tag_sets.tags
            and charges.billing_period_start = tag_sets.billing_period_start

    inner join api_charges
        on
            charges.source_name = api_charges.source_name
            and charges.service_provider_name = api_charges.service_provider_name
            and coalesce(charges.sub_account_id, 'unassigned')
            = api_charges.sub_account_id
            and charges.credential_id is not distinct from api_charges.credential_id
            and coalesce(charges.model_id, 'unassigned') = api_charges.model_id
            and coalesce(charges.sku_meter, 'unassigned') = api_charges.sku_meter
            and coalesce(charges.processing_tier, 'standard')
            = api_charges.processing_tier
            and charges.billing_currency = api_charges.billing_currency
            and charges.charge_date = api_charges.charge_date
            and charges.billing_period_start = api_charges.billing_period_start
            {% for label in labels %}
            and tag_sets.label_{{ label }}
            is not distinct from api_charges.label_{{ label }}
            {% endfor %}

)

select * from matched
