-- Calls of API models with the source and currency that bills them. Calls without a
-- caller may be a gateway's own and those that it missed: one row. A provider that no bill
-- names is a source of its own, whose calls no charge meets.
{%- set caller = [
    'project_name', 'workload_name', 'feature_name', 'tenant_id', 'environment_name',
    'prompt_name', 'prompt_version',
] %}
with

calls as (

    select * from {{ ref('int_api_requests_by_caller') }}

),

bills as (

    select * from {{ ref('int_billing_source_by_account') }}

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

)

select
    coalesce(
        by_account.source_name,
        by_model.source_name,
        by_provider.source_name,
        lower(calls.provider_name)
    ) as source_name,
    calls.provider_name as service_provider_name,
    calls.sub_account_id,
    calls.model_id,
    calls.processing_tier,
    {% for name in caller %}
    {{ caller_label('calls', name) }} as {{ name }},
    {% endfor %}
    coalesce(
        by_account.billing_currency,
        by_model.billing_currency,
        by_provider.billing_currency,
        'unassigned'
    ) as billing_currency,
    {% for count in call_counts() %}
    sum(calls.{{ count }}) as {{ count }},
    {% endfor %}
    calls.usage_date as charge_date,
    cast(date_trunc('month', calls.usage_date) as timestamp) as billing_period_start

from calls

cross join settings

left join bills as by_provider
    on
        calls.provider_name = by_provider.provider_name
        and by_provider.any_model = 1

left join bills as by_model
    on
        calls.provider_name = by_model.provider_name
        and calls.model_id = by_model.model_id
        and by_model.any_account = 1
        and by_model.any_model = 0

left join bills as by_account
    on
        calls.provider_name = by_account.provider_name
        and calls.model_id = by_account.model_id
        and calls.sub_account_id = by_account.sub_account_id
        and by_account.any_account = 0

group by all
