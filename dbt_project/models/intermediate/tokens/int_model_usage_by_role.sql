-- The disjoint counters of tokens and the calls as rows, under the names that the bill's meters
-- have: as the telemetry counts them that meters, and as the one that knows callers does.
{%- set meters = dict(token_meters(), calls='request_count') %}
with

model_usage as (

    select * from {{ ref('int_model_usage_ranked') }}

),

unpivoted as (

    {% for role in ['metering', 'attributing'] %}
    {% set is_last_role = loop.last %}
    {% for meter, tokens in meters.items() %}
    select
        '{{ role }}' as role,
        provider_name,
        sub_account_id,
        model_id,
        '{{ meter }}' as sku_meter,
        processing_tier,
        usage_date,
        {{ tokens }} as quantity,
        counts_all_calls

    from model_usage

    where is_{{ role }} and {{ tokens }} > 0

    {% if not (is_last_role and loop.last) %}union all{% endif %}
    {% endfor %}
    {% endfor %}

),

summed_to_day as (

    select
        role,
        provider_name,
        coalesce(sub_account_id, 'unassigned') as sub_account_id,
        coalesce(model_id, 'unassigned') as model_id,
        sku_meter,
        processing_tier,
        usage_date,
        {{ money('sum(quantity)') }} as quantity,
        bool_and(counts_all_calls) as counts_all_calls

    from unpivoted

    group by all

)

select * from summed_to_day
