with

judged as (

    select * from {{ ref('int_tags_checked') }}

),

-- The key `*` is all keys together: a charge is as its worst one.
per_key as (

    select * from judged

    union all by name

    select
        * exclude (tag_key, tag_status),
        '*' as tag_key,
        arg_min(tag_status, list_position(
            [
                'untaggable', 'untagged', 'missing', 'not_allowed', 'respelled',
                'compliant'
            ],
            tag_status
        )) as tag_status
    from judged
    group by all

),

summed_to_status as (

    select
        source_name,
        service_provider_name,
        sub_account_id,
        service_name,
        tag_key,
        tag_status,
        billing_currency,
        cast(sum(charge_count) as bigint) as charge_count,
        {{ money('sum(billed_cost)') }} as billed_cost,
        {{ money('sum(effective_cost)') }} as effective_cost,
        billing_period_start
    from per_key
    group by all

)

select * from summed_to_status
