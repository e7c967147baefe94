-- Calls of API models as each role of telemetry counts them, in the processing tier that
-- the bill has most of their tokens in. A window that counts no requests says nothing
-- about them.
with

model_usage as (

    select
        * exclude (sub_account_id, model_id),
        coalesce(sub_account_id, 'unassigned') as sub_account_id,
        coalesce(model_id, 'unassigned') as model_id,
        case when failed_request_count is not null then request_count end
            as failure_known_request_count,
        {{ input_tokens() }} as input_token_count,
        input_cache_read_tokens as cache_read_token_count,
        input_cache_write_tokens as cache_write_token_count,
        output_tokens as output_token_count,
        truncated_output_tokens as truncated_token_count,
        failed_tokens as failed_token_count
    from {{ ref('int_model_usage_ranked') }}
    where request_count is not null and provider_name != 'self-hosted'

),

tiers as (

    select distinct
        role,
        provider_name,
        sub_account_id,
        model_id,
        processing_tier,
        usage_date,
        counted_tier
    from {{ ref('int_usage_by_billed_tier') }}

),

by_role as (

    {% for role in ['metering', 'attributing'] %}
    select
        *,
        '{{ role }}' as role
    from model_usage
    where is_{{ role }}
    {% if not loop.last %}union all by name{% endif %}
    {% endfor %}

)

select
    by_role.* replace (
        coalesce(tiers.counted_tier, by_role.processing_tier) as processing_tier
    )
from by_role
left join tiers using (
    role, provider_name, sub_account_id, model_id, processing_tier, usage_date
)
