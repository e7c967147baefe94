-- Which share of a charge is whose, where telemetry knows: calls of an API model by
-- caller, and machines by what ran on them. The rest of a charge is not here.
{%- set labels = ['project', 'feature', 'tenant', 'environment'] %}
with

charges as (

    select * from {{ ref('stg_ledger__charges') }}

    where charge_category = 'Usage' and service_subcategory = 'Generative AI'

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

api_charges as (

    select * from {{ ref('int_api_charges') }}

),

machines as (

    select * from {{ ref('int_machine_allocation_weights') }}

),

-- Which rows of the ledger an API charge is the sum of.
charge_rows as (

    select
        charges.source_name,
        charges.delivery_id,
        charges.source_row_number,
        charges.source_row_part,
        api_charges.charge_number

    from charges

    cross join settings

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
            and {{ json_text('charges.tags', 'settings.' ~ label ~ '_tag') }}
            is not distinct from api_charges.label_{{ label }}
            {% endfor %}

),

calls as (

    select
        charge_rows.* exclude (charge_number),
        'calls' as allocation_method,
        callers.credential_id,
        callers.project_name,
        callers.workload_name,
        callers.feature_name,
        callers.tenant_id,
        callers.environment_name,
        shares.charge_share
    from charge_rows
    inner join {{ ref('int_api_charge_shares') }} as shares using (charge_number)
    inner join {{ ref('int_caller_usage') }} as callers using (usage_number)

),

parts as (

    select * from calls
    union all by name
    select * from machines

)

select * replace (cast(charge_share as decimal(38, 12)) as charge_share)
from parts
where charge_share > 0
