-- Which marts should hold a charge, judged on the ledger's own rows, each once; and what
-- training held of it. A mart that repeats or loses a charge differs from this.
{%- set key = ['delivery_id', 'source_row_number', 'source_row_part'] %}
with

charges as (

    select * from {{ ref('stg_ledger__charges') }}

),

machine_charges as (

    select * from {{ ref('int_machine_charges') }}

),

gpu_machines as (

    select distinct
        source_name,
        node_name
    from {{ ref('int_gpu_nodes') }}

),

serving_machines as (

    select distinct
        source_name,
        node_name,
        charge_date
    from {{ ref('int_serving_machines_daily') }}

),

kubernetes_nodes as (

    select distinct
        source_name,
        ledger_node_name as node_name,
        charge_date
    from {{ ref('int_kubernetes_nodes_daily') }}

),

on_machines as (

    select
        {% for column in key %}
        machine_charges.{{ column }},
        {% endfor %}
        gpu_machines.node_name is not null as is_gpu_machine,
        serving_machines.node_name is not null as is_serving_machine,
        kubernetes_nodes.node_name is not null as is_kubernetes_node
    from machine_charges
    left join gpu_machines using (source_name, node_name)
    left join serving_machines using (source_name, node_name, charge_date)
    left join kubernetes_nodes using (source_name, node_name, charge_date)

),

trained as (

    select
        {% for cost in ['billed_cost', 'effective_cost'] %}
        sum(case when run_id != 'unassigned' then {{ cost }} else 0 end)
            as training_{{ cost }},
        {% endfor %}
        {{ key | join(', ') }}
    from {{ ref('int_training_charges') }}
    group by all

),

node_charges as (

    select distinct {{ key | join(', ') }} from {{ ref('int_node_charges') }}

),

judged as (

    select
        charges.source_name,
        charges.billing_currency,
        charges.billed_cost,
        charges.effective_cost,
        charges.contracted_cost,
        charges.list_cost,
        coalesce(trained.training_billed_cost, 0) as training_billed_cost,
        coalesce(trained.training_effective_cost, 0) as training_effective_cost,
        charges.charge_category = 'Usage'
        and not {{ is_fine_tuning('charges.sku_meter') }}
        and (
            coalesce(charges.consumed_unit = 'Tokens', false)
            or charges.token_direction is not null
        ) as is_token,
        charges.charge_category = 'Usage'
        and not {{ is_fine_tuning('charges.sku_meter') }}
        and coalesce(charges.service_subcategory = 'Generative AI', false)
            as is_api_model,
        charges.charge_category = 'Usage' and {{ is_fine_tuning('charges.sku_meter') }}
            as is_fine_tuning,
        charges.commitment_discount_id is not null
        or coalesce(charges.processing_tier = 'provisioned', false) as is_commitment,
        node_charges.delivery_id is not null as is_training_machine,
        coalesce(on_machines.is_gpu_machine, false) as is_gpu_machine,
        coalesce(on_machines.is_serving_machine, false) as is_serving_machine,
        coalesce(on_machines.is_kubernetes_node, false) as is_kubernetes_node,
        charges.billing_period_start
    from charges
    left join on_machines using ({{ key | join(', ') }})
    left join trained using ({{ key | join(', ') }})
    left join node_charges using ({{ key | join(', ') }})

),

summed as (

    select
        source_name,
        billing_currency,
        is_token,
        is_api_model,
        is_fine_tuning,
        is_commitment,
        is_training_machine,
        is_gpu_machine,
        is_serving_machine,
        is_kubernetes_node,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost,
        sum(contracted_cost) as contracted_cost,
        sum(list_cost) as list_cost,
        sum(training_billed_cost) as training_billed_cost,
        sum(training_effective_cost) as training_effective_cost,
        billing_period_start
    from judged
    group by all

)

select * from summed
