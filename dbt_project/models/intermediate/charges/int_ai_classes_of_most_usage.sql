-- The class of a charge that measures nothing: that of most of what it belongs to, which
-- is the usage of its resource, else what its commitment covered, else the usage of its
-- service; of the same month, else of all months. One row has one class, so the unused
-- part of a plan that covered several is as the one that cost most.
{%- set resource = "'its resource'" %}
{%- set commitment = "'what its commitment covered'" %}
{%- set levels = [
    ('resource', ['resource_id', 'billing_period_start'], resource),
    ('resource_ever', ['resource_id'], resource),
    ('commitment', ['commitment_discount_id', 'billing_period_start'], commitment),
    ('commitment_ever', ['commitment_discount_id'], commitment),
    ('service', ['service_name', 'billing_period_start'], 'service_name'),
    ('service_ever', ['service_name'], 'service_name'),
    ('category', ['service_category', 'billing_period_start'], 'service_category'),
    ('category_ever', ['service_category'], 'service_category'),
] %}
with

costs as (

    select * from {{ ref('int_ai_class_costs') }}

),

{% for level, keys, _ in levels %}
usual_of_{{ level }} as (

    select
        source_name,
        {{ keys | join(', ') }},
        {{ of_largest('own_class', 'cost') }} as usual_of_{{ level }}
    from (
        select
            source_name,
            {{ keys | join(', ') }},
            own_class,
            sum(effective_cost) as cost
        from costs
        where not measures_nothing
        group by all
    ) as summed
    group by all

),

{% endfor %}
wanted as (

    select distinct
        source_name,
        resource_id,
        commitment_discount_id,
        service_name,
        service_category,
        billing_period_start
    from costs
    where measures_nothing

),

found as (

    select
        wanted.*,
        coalesce(
            {% for level, _, _ in levels %}
            usual_of_{{ level }}{{ ',' if not loop.last }}
            {% endfor %}
        ) as usual_class,
        case
            {% for level, keys, what in levels %}
            when usual_of_{{ level }} is not null then {{ what }}
            {% endfor %}
        end as most_usage_of
    from wanted
    {% for level, keys, _ in levels %}
    left join usual_of_{{ level }} using (source_name, {{ keys | join(', ') }})
    {% endfor %}

)

select *
from found
where usual_class is not null
