-- Charges by how their tags stand to each key that the owner requires. A key that is
-- spelled otherwise is one; a value that is not allowed is none.
with

charges as (

    select * from {{ ref('int_charges_enriched') }}

),

tag_sets as (

    select * from {{ ref('int_tag_sets') }}

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

required as (

    select
        {{ canonical_tag('key', 'tag_key_aliases') }} as tag_key,
        cast(cast(tag_allowed_values as json) as map (varchar, varchar[]))[
            tag_key
        ] as allowed_values
    from (
        select
            *,
            unnest(from_json(tag_required, '["VARCHAR"]')) as key
        from settings
    ) as unnested

),

tagged_services as (

    select * from {{ ref('int_tagged_services') }}

),

-- A service without tags cannot have one, nor can tax and credits.
summed_to_tags as (

    select
        charges.source_name,
        charges.service_provider_name,
        coalesce(charges.sub_account_id, 'unassigned') as sub_account_id,
        charges.service_name,
        charges.resource_id,
        cast(charges.tags as varchar) as tags,
        coalesce(charges.tag_count, 0) > 0 as is_tagged,
        coalesce(charges.tag_count, 0) > 0
        or (
            charges.charge_category in ('Usage', 'Purchase')
            and (
                charges.resource_id is not null
                or tagged_services.service_name is not null
            )
        ) as is_taggable,
        charges.billing_currency,
        count(*) as charge_count,
        {{ money('sum(charges.billed_cost)') }} as billed_cost,
        {{ money('sum(charges.effective_cost)') }} as effective_cost,
        charges.billing_period_start
    from charges
    left join tagged_services using (source_name, service_name, billing_period_start)
    group by all

),

judged as (

    select
        summed_to_tags.*,
        required.tag_key,
        case
            when not summed_to_tags.is_taggable then 'untaggable'
            when not summed_to_tags.is_tagged then 'untagged'
            when tag_sets.tag_values[required.tag_key] is null then 'missing'
            when
                required.allowed_values is not null
                and not list_contains(
                    required.allowed_values, tag_sets.tag_values[required.tag_key]
                )
                then 'not_allowed'
            when list_contains(tag_sets.respelled_keys, required.tag_key)
                then 'respelled'
            else 'compliant'
        end as tag_status
    from summed_to_tags
    cross join required
    left join tag_sets using (tags, billing_period_start)

)

select * from judged
