-- What GPUs did on a day, by machine of the ledger and workload. A MIG slice counts as its
-- part of a physical GPU. A GPU whose machine is on no bill has no cost to divide; it is
-- left out here and stays in the usage table.
{%- set hours = [
    ('observed_hours', 'observed_gpu_hours'),
    ('allocated_hours', 'allocated_gpu_hours'),
    ('busy_hours', 'busy_gpu_hours'),
] %}
with

placed as (

    select * from {{ ref('int_gpu_usage_by_node') }}

),

summed_to_day as (

    select
        ledger_source_name as source_name,
        ledger_node_name as node_name,
        usage_date,
        cluster_name,
        namespace,
        coalesce(workload_name, {{ workload_of_pod('pod_name') }}) as workload_name,
        max(busy_signal) as busy_signal,
        {% for hour, name in hours %}
        -- 1/7 of a GPU seven times is one GPU, to the twelfth digit.
        {{ money(exact_sum('cast(' ~ hour ~ ' as double) * gpu_fraction')) }}
            as {{ name }},
        {% endfor %}
        sum(energy_kwh) as energy_kwh
    from placed
    where ledger_node_name is not null
    group by all

)

select * from summed_to_day
