-- The four disjoint counters as rows, under the names that the bill's meters have.
with

model_usage as (

    select * from {{ ref('int_model_usage_ranked') }}

),

unpivoted as (

    {% for column, meter in [
        ('input_uncached_tokens', 'Input Tokens'),
        ('input_cache_read_tokens', 'Cache Read Input Tokens'),
        ('input_cache_write_tokens', 'Cache Write Input Tokens'),
        ('output_tokens', 'Output Tokens'),
    ] %}
    select
        provider_name,
        sub_account_id,
        model_id,
        '{{ meter }}' as sku_meter,
        processing_tier,
        usage_date,
        {{ column }} as token_count

    from model_usage

    where is_metering and {{ column }} > 0

    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

summed_to_day as (

    select
        provider_name,
        coalesce(sub_account_id, 'unassigned') as sub_account_id,
        coalesce(model_id, 'unassigned') as model_id,
        sku_meter,
        processing_tier,
        usage_date,
        {{ money('sum(token_count)') }} as token_count

    from unpivoted

    group by all

)

select * from summed_to_day
