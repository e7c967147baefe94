-- What training bought nothing with, by the machine that its run held: work that was lost,
-- and epochs after the best one. An hour that was lost is lost work, in a late epoch, too,
-- so the two never hold the same money.
{%- set charge = ['delivery_id', 'source_row_number', 'source_row_part'] %}
with

held as (

    select
        source_name,
        run_id,
        billing_currency,
        billing_period_start,
        {{ charge | join(', ') }},
        sum(effective_cost) as effective_cost,
        sum(effective_cost - productive_cost) as lost_cost
    from {{ ref('int_training_charges') }}
    where run_id != 'unassigned'
    group by all

),

epoch_costs as (

    select * from {{ ref('int_training_epoch_costs') }}

),

epochs as (

    select * from {{ ref('int_training_epochs') }}

),

late as (

    select
        epoch_costs.run_id,
        {{ charge | join(', ') }},
        sum(epoch_costs.effective_cost) as epoch_cost,
        sum(case when epochs.is_after_best then epoch_costs.productive_cost else 0 end)
            as late_cost
    from epoch_costs
    inner join epochs
        on
            epoch_costs.run_id = epochs.run_id
            and epoch_costs.epoch_number = epochs.epoch_number
    where epochs.is_after_best is not null
    group by all

),

machines as (

    select * from {{ ref('int_machine_charges') }}

),

-- A job that names its resource may hold what is no machine of the ledger.
nodes as (

    select * from {{ ref('int_node_charges') }}

),

placed as (

    select
        held.*,
        coalesce(late.epoch_cost, 0) as epoch_cost,
        coalesce(late.late_cost, 0) as late_cost,
        coalesce(
            machines.node_name, nodes.node_name, nodes.resource_id, 'unassigned'
        ) as node_name,
        coalesce(nodes.instance_type, 'unassigned') as instance_type,
        coalesce(nodes.pricing_category, 'unassigned') as paid_as
    from held
    inner join nodes using ({{ charge | join(', ') }})
    left join machines using ({{ charge | join(', ') }})
    left join late using (run_id, {{ charge | join(', ') }})

),

summed_to_machine as (

    select
        source_name,
        run_id,
        node_name,
        instance_type,
        paid_as,
        billing_currency,
        sum(effective_cost) as effective_cost,
        sum(lost_cost) as lost_cost,
        sum(epoch_cost) as epoch_cost,
        sum(late_cost) as late_cost,
        billing_period_start
    from placed
    group by all

)

select * from summed_to_machine
