-- What callers of API models cost and how many answers they got, per day.
{%- set caller = [
    'project_name', 'workload_name', 'feature_name', 'tenant_id', 'environment_name',
    'prompt_name', 'prompt_version',
] %}
with

charges as (

    select * from {{ ref('int_api_charges_attributed') }}

),

called as (

    select * from {{ ref('int_api_requests_by_bill') }}

),

billed_in_part as (

    select * from {{ ref('int_days_billed_in_part') }}

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

charged as (

    select
        charges.source_name,
        charges.service_provider_name,
        charges.sub_account_id,
        charges.model_id,
        charges.processing_tier,
        {% for name in caller %}
        {{ caller_label('charges', name) }} as {{ name }},
        {% endfor %}
        charges.billing_currency,
        charges.charge_date,
        charges.billing_period_start,
        {{ of_largest('charges.attribution_method', 'charges.effective_cost') }}
            as attribution_method,
        sum(charges.effective_cost) filter (
            charges.sku_meter like '%Input Tokens'
        ) as input_cost,
        sum(charges.effective_cost) filter (
            charges.sku_meter like '%Output Tokens'
        ) as output_cost,
        case
            when coalesce(input_cost, output_cost) is not null then 'billed'
        end as token_split_basis,
        sum(charges.billed_cost) as billed_cost,
        sum(charges.effective_cost) as effective_cost
    from charges
    cross join settings
    group by all

),

joined as (

    select *
    from charged
    full outer join called using (
        source_name, service_provider_name, sub_account_id, model_id, processing_tier,
        {{ caller | join(', ') }},
        billing_currency, charge_date, billing_period_start
    )

)

-- What a cache of the owner's answered, and what failed without a token, is no bill's.
select
    *,
    case
        when effective_cost is null then not {{ is_for_a_bill() }}
        else
            request_count is null
            or not exists (
                select 1 from billed_in_part
                where
                    joined.service_provider_name = billed_in_part.provider_name
                    and joined.model_id = billed_in_part.model_id
                    and joined.charge_date = billed_in_part.charge_date
                    and {{ same_account('joined', 'billed_in_part') }}
            )
    end as is_billed
from joined
