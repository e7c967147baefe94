-- Charges by what an AI bill consists of. Tax, discounts and commitments that name no
-- resource are as most of their service's usage in that month.
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
        and resource_id is null
        and (
            charge_category != 'Usage'
            or meter = ''
            or commitment_discount_id is not null
        ) as names_nothing
    from judged

),

{% for level in ['service_name', 'service_category'] %}
usual_of_{{ level }} as (

    select
        source_name,
        {{ level }},
        billing_period_start,
        {{ of_largest('own_class', 'cost') }} as usual_class
    from (
        select
            source_name,
            {{ level }},
            billing_period_start,
            own_class,
            sum(effective_cost) as cost
        from own
        where not names_nothing
        group by all
    ) as summed
    group by all

),

{% endfor %}
classified as (

    select
        own.* exclude (rule_class, rule_reason, own_class, names_nothing, signature),
        case when names_nothing then coalesce(
            usual_of_service_name.usual_class,
            usual_of_service_category.usual_class,
            own_class
        ) else own_class end as ai_cost_class,
        case
            when names_nothing and usual_of_service_name.usual_class is not null
                then 'as most usage of ' || own.service_name
            when names_nothing and usual_of_service_category.usual_class is not null
                then 'as most usage of ' || own.service_category
            when ai_evidence is null then 'nothing says that it is of AI'
            else coalesce(rule_reason, 'no rule names it')
        end as classification_reason,
        ai_evidence is null or rule_class is not null or names_nothing as is_classified
    from own
    left join usual_of_service_name
        using (source_name, service_name, billing_period_start)
    left join usual_of_service_category
        using (source_name, service_category, billing_period_start)

)

select * from classified
