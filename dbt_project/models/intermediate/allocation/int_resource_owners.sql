-- Which value a label of a resource has by allocation: that of the owner of most of its
-- cost, and how the owner was determined.
{%- set labels = {
    'team': 'team_name', 'project': 'project_name', 'feature': 'feature_name',
    'tenant': 'tenant_id', 'environment': 'environment_name',
} %}
with

owned as (

    select * from {{ ref('int_charges_allocated') }}

    where resource_id is not null

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

unpivoted as (

    {% for label, column in labels.items() %}
    select
        source_name,
        resource_id,
        '{{ label }}' as label,
        {{ column }} as tag_value,
        case
            {% if label != 'team' %}
            when known_{{ column }} = {{ column }} then split_method
            {% endif %}
            when ruled_{{ column }} = {{ column }} then rule_kind
            else allocation_method
        end as allocation_method,
        sum(effective_cost) as effective_cost
    from owned
    where {{ column }} is not null
    group by all

    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

keyed as (

    select
        unpivoted.*,
        case label
            {% for label in labels %}
            when '{{ label }}'
                then {{ canonical_tag(
                    'settings.' ~ label ~ '_tag', 'settings.tag_key_aliases'
                ) }}
            {% endfor %}
        end as tag_key
    from unpivoted
    cross join settings

),

largest as (

    select
        source_name,
        resource_id,
        tag_key,
        {{ of_largest('tag_value', 'effective_cost') }} as tag_value,
        arg_max(allocation_method, (effective_cost, tag_value, allocation_method))
            as allocation_method
    from keyed
    group by all

)

select * from largest
