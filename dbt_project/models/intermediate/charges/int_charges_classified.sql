-- Charges by what an AI bill consists of. Tax, discounts, refunds, and what commitments
-- cost unused, measure nothing themselves: they are as most of what they belong to, which
-- is the usage of their resource, else what their commitment covered, else the usage of
-- their service. One row has one class, so the unused part of a plan that covered several
-- is as the one that cost most.
{%- set resource = "'its resource'" %}
{%- set commitment = "'what its commitment covered'" %}
{%- set levels = [
    ('resource', ['resource_id', 'billing_period_start'], resource),
    ('resource_ever', ['resource_id'], resource),
    ('commitment', ['commitment_discount_id', 'billing_period_start'], commitment),
    ('commitment_ever', ['commitment_discount_id'], commitment),
    ('service', ['service_name', 'billing_period_start'], 'own.service_name'),
    ('service_ever', ['service_name'], 'own.service_name'),
    ('category', ['service_category', 'billing_period_start'], 'own.service_category'),
    ('category_ever', ['service_category'], 'own.service_category'),
] %}
with

judged as (

    select * from {{ ref('int_charges_ai_flagged') }}

),

own as (

    select
        *,
        case
            when ai_evidence is null then 'not_ai'
            else coalesce(rule_class, 'other_ai')
        end as own_class,
        coalesce(ai_evidence != 'itself', true)
        and (
            charge_category != 'Usage'
            or coalesce(charge_class = 'Correction', false)
            or coalesce(commitment_discount_status = 'Unused', false)
            or (
                coalesce(pricing_quantity, 0) = 0
                and (
                    least(billed_cost, effective_cost) < 0
                    or (resource_id is null and commitment_discount_id is not null)
                )
            )
            or (meter = '' and resource_id is null)
        ) as measures_nothing
    from judged

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
        from own
        where not measures_nothing
        group by all
    ) as summed
    group by all

),

{% endfor %}
classified as (

    select
        own.* exclude (rule_class, rule_reason, own_class, measures_nothing, signature),
        case when measures_nothing then coalesce(
            {% for level, _, _ in levels %}
            usual_of_{{ level }},
            {% endfor %}
            own_class
        ) else own_class end as ai_cost_class,
        case
            {% for level, keys, what in levels %}
            when measures_nothing and usual_of_{{ level }} is not null
                then 'as most usage of ' || {{ what }}
            {% endfor %}
            when ai_evidence is null then 'nothing says that it is of AI'
            else coalesce(rule_reason, 'no rule names it')
        end as classification_reason,
        ai_evidence is null or rule_class is not null or measures_nothing
            as is_classified
    from own
    {% for level, keys, _ in levels %}
    left join usual_of_{{ level }} using (source_name, {{ keys | join(', ') }})
    {% endfor %}

)

select * from classified
