-- Charges in parts: each that telemetry knows a part of by its shares, and the rest of
-- it, which only the bill can name. The parts sum to the charge to the last digit.
{%- set charge = ['delivery_id', 'source_row_number', 'source_row_part'] %}
{%- set labels = [
    'model_id', 'credential_id', 'namespace', 'workload_name', 'project_name',
    'feature_name', 'tenant_id', 'environment_name',
] %}
{%- set costs = ['billed_cost', 'effective_cost', 'contracted_cost', 'list_cost'] %}
with

charges as (

    select * from {{ ref('int_charges_classified') }}

),

splits as (

    select * from {{ ref('int_allocation_weights') }}

),

-- Shares that miss 1 by less than a billionth miss it by rounding only.
known as (

    select
        *,
        sum(charge_share) over (
            partition by {{ charge | join(', ') }}
            order by allocation_method, {{ labels | join(', ') }}, charge_share
            rows unbounded preceding
        ) as running_share,
        sum(charge_share) over (partition by {{ charge | join(', ') }}) as known_share,
        case when known_share > 0.999999999 then known_share else 1 end as whole_share
    from splits

),

rests as (

    select
        {{ charge | join(', ') }},
        1 - sum(charge_share) as charge_share
    from splits
    group by all

),

parts as (

    select * exclude (source_name, known_share) from known

    union all by name

    select
        charges.delivery_id,
        charges.source_row_number,
        charges.source_row_part,
        coalesce(rests.charge_share, 1) as charge_share,
        1 as running_share,
        1 as whole_share
    from charges
    left join rests using ({{ charge | join(', ') }})
    where coalesce(rests.charge_share, 1) > 0.000000001

),

priced as (

    select
        charges.* exclude (
            model_id, billed_cost, effective_cost, contracted_cost, list_cost
        ),
        coalesce(charges.model_id, parts.model_id) as model_id,
        {% for label in labels[1:] %}
        parts.{{ label }} as known_{{ label }},
        {% endfor %}
        {% for cost in costs %}
        {{ portion(
            'charges.' ~ cost, 'parts.running_share', 'parts.charge_share',
            'parts.whole_share'
        ) }} as {{ cost }},
        {% endfor %}
        parts.allocation_method as split_method
    from charges
    inner join parts using ({{ charge | join(', ') }})

)

select * from priced
