-- A machine's month in the three pools that opportunities take money from: hours that nobody
-- held, hours that training held, and the rest, which served, worked for others or is
-- unknown. The pools are disjoint and sum to the machine.
{%- set machine = [
    'source_name', 'node_name', 'billing_currency', 'billing_period_start',
] %}
with

machines as (

    select
        {{ machine | join(', ') }},
        sum(effective_cost) as effective_cost
    from {{ ref('int_machine_charges') }}
    group by all

),

unheld as (

    select
        {{ machine | join(', ') }},
        sum(greatest(idle_cost, 0)) as idle_cost
    from {{ ref('fct_gpu_hour_costs') }}
    group by all

),

trained as (

    select
        {{ machine | join(', ') }},
        sum(effective_cost) as training_cost
    from {{ ref('int_training_waste') }}
    group by all

),

joined as (

    select
        {{ machine | join(', ') }},
        coalesce(machines.effective_cost, training_cost) as effective_cost,
        coalesce(idle_cost, 0) as idle,
        coalesce(training_cost, 0) as training,
        greatest(coalesce(machines.effective_cost, 0) - idle - training, 0) as rest
    from machines
    full outer join trained using ({{ machine | join(', ') }})
    left join unheld using ({{ machine | join(', ') }})

),

pools as (

    unpivot joined
    on idle, training, rest
    into name pool_kind value pool_cost

)

select * from pools
where pool_cost > 0
