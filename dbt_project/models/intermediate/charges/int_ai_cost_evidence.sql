-- What the rules of the seed ai_cost_classes say of a kind of charge: the first that fits,
-- and the first that makes it AI by itself. Other rules hold for AI workloads only.
{%- set patterns = [
    'service_category', 'service_subcategory', 'service_name', 'meter', 'instance_type',
] %}
with

signatures as (

    select distinct
        signature,
        {% for pattern in patterns %}
        lower(coalesce({{ pattern }}, '')) as {{ pattern }},
        {% endfor %}
        coalesce(machine_kind, '') as machine,
        billing_period_start
    from {{ ref('int_charges_enriched') }}

),

rules as (

    select * from {{ ref('ai_cost_classes') }}

),

matched as (

    select
        signatures.signature,
        rules.rule_number,
        rules.ai_cost_class,
        rules.makes_ai,
        rules.reason,
        signatures.billing_period_start
    from signatures
    inner join rules
        on
            signatures.billing_period_start >= rules.valid_from
            and signatures.billing_period_start
            < coalesce(rules.valid_to, date '9999-12-31')
            {% for pattern in patterns + ['machine'] %}
            and signatures.{{ pattern }} like coalesce(rules.{{ pattern }}, '%')
            {% endfor %}

),

first_matches as (

    select
        signature,
        billing_period_start,
        arg_min(ai_cost_class, rule_number) as ai_cost_class,
        arg_min(reason, rule_number) as classification_reason,
        bool_or(makes_ai) as is_ai_itself
    from matched
    group by all

)

select * from first_matches
