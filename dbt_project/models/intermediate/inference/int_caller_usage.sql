-- What each caller used of each meter on a day, by the telemetry that knows callers. The
-- meter `calls` stands for everything that is not billed by the token.
{%- set caller = 'provider_name, sub_account_id, credential_id, project_name, '
    ~ 'workload_name, feature_name, tenant_id, environment_name, model_id, '
    ~ 'processing_tier, prompt_name, prompt_version, usage_date' %}
with

model_usage as (

    select * from {{ ref('int_model_usage_ranked') }}

    where is_attributing and provider_name != 'self-hosted'

),

unpivoted as (

    {% for column, meter in [
        ('input_uncached_tokens', 'Input Tokens'),
        ('input_cache_read_tokens', 'Cache Read Input Tokens'),
        ('input_cache_write_tokens', 'Cache Write Input Tokens'),
        ('output_tokens', 'Output Tokens'),
        ('request_count', 'calls'),
    ] %}
    select
        {{ caller }},
        '{{ meter }}' as sku_meter,
        {{ column }} as quantity
    from model_usage
    where {{ column }} > 0

    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

summed_to_day as (

    select
        {{ caller }},
        sku_meter,
        {{ money('sum(quantity)') }} as quantity
    from unpivoted
    group by all

)

select
    *,
    row_number() over () as usage_number
from (
    select * from summed_to_day
    order by all
) as ordered
