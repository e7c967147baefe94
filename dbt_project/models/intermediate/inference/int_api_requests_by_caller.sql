-- Calls of API models by caller and day: those of callers come from the telemetry that
-- knows callers, those beyond them have none.
{%- set caller = [
    'project_name', 'workload_name', 'feature_name', 'tenant_id', 'environment_name',
    'prompt_name', 'prompt_version',
] %}
with

usage as (

    select * from {{ ref('int_api_requests_by_role') }}

),

beyond as (

    select * from {{ ref('int_api_requests_beyond_callers') }}

),

attributed as (

    select
        provider_name,
        sub_account_id,
        model_id,
        processing_tier,
        {{ caller | join(', ') }},
        {% for count in call_counts() %}
        sum({{ count }}) as {{ count }},
        {% endfor %}
        usage_date
    from usage
    where role = 'attributing'
    group by all

),

calls as (

    select * from attributed

    union all by name

    select * from beyond

)

select * from calls
