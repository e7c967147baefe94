with

judged as (

    select * from {{ ref('int_tags_checked') }}

    where resource_id is not null

),

tag_sets as (

    select * from {{ ref('int_tag_sets') }}

),

owners as (

    select * from {{ ref('int_resource_owners') }}

),

valued as (

    select
        judged.*,
        case
            when judged.tag_status in ('compliant', 'respelled')
                then tag_sets.tag_values[judged.tag_key]
        end as tag_value
    from judged
    left join tag_sets using (tags, billing_period_start)

),

summed_to_resource as (

    select
        source_name,
        service_provider_name,
        sub_account_id,
        resource_id,
        tag_key,
        billing_currency,
        arg_max(tag_value, (effective_cost, tag_value)) as own_value,
        sum(effective_cost) filter (where tag_value is null) as untagged_cost
    from valued
    group by all

),

-- What the tagged resources of an account, two or more, agree on.
neighbours as (

    select
        source_name,
        sub_account_id,
        tag_key,
        max(own_value) as neighbour_value
    from summed_to_resource
    where own_value is not null
    group by all
    having count(distinct own_value) = 1 and count(*) > 1

),

proposed as (

    select
        summed.source_name,
        summed.service_provider_name,
        summed.sub_account_id,
        summed.resource_id,
        summed.tag_key,
        coalesce(
            summed.own_value, owners.tag_value, neighbours.neighbour_value
        ) as proposed_value,
        case
            when summed.own_value is not null
                then 'other charges of the resource have it'
            when owners.tag_value is not null
                then 'its cost is allocated by ' || owners.allocation_method
            when neighbours.neighbour_value is not null
                then 'all tagged resources of the account have it'
            else 'nothing suggests a value'
        end as proposal_reason,
        summed.billing_currency,
        {{ money('summed.untagged_cost') }} as effective_cost
    from summed_to_resource as summed
    left join owners using (source_name, resource_id, tag_key)
    left join neighbours using (source_name, sub_account_id, tag_key)
    where summed.untagged_cost is not null

)

select * from proposed
